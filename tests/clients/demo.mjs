// The demo, running, and what it says of itself when its story is told.

import { Product } from "./product.mjs";

const DEMO_SECONDS = 300;
/** The order of the demo's shop that has not been refunded. */
const ORDER = "ord_1043";

export class Demo {
  #product;
  #amount = 0;

  static async start(program) {
    const demo = new Demo();
    demo.#product = await Product.start(program, ["demo"]);
    try {
      await demo.#product.until(() => demo.#read(demo.#product.log), DEMO_SECONDS);
    } catch (error) {
      await demo.stop();
      throw error;
    }
    return demo;
  }

  /** Reads the addresses and the two people; true once all of it is there. */
  async #read(text) {
    const line = (name) => text.match(new RegExp(`^ +${name} +(\\S+)(?: +(\\S+))?\\n`, "m"))?.slice(1);
    const [dashboard, endpoint] = [line("dashboard"), line("endpoint")];
    const [owner, reviewer] = [line("developer"), line("reviewer")];
    if (!dashboard || !endpoint || !owner || !reviewer) return false;
    this.public_url = new URL(dashboard[0]).origin;
    this.tenant = new URL(dashboard[0]).pathname.split("/")[2];
    this.endpoint_url = endpoint[0];
    this.owner = { email: owner[0], password: owner[1] };
    this.reviewer = { email: reviewer[0], password: reviewer[1] };
    return true;
  }

  stop() {
    return this.#product.stop();
  }

  /** Makes another endpoint, as the owner would, and returns its URL. */
  async otherEndpoint(owner) {
    const page = await owner.open(`/t/${this.tenant}/new-endpoint`);
    const filled = { name: "Elsewhere", slug: "elsewhere", environment: "production" };
    const made = await owner.submit(page, "endpoint-form", filled);
    if (!made.to) throw new Error(`no endpoint: ${made.status}
${made.html.slice(0, 800)}`);
    return `${this.public_url}/mcp/${this.tenant}/elsewhere`;
  }

  /** The tool that lists orders. */
  read(tools) {
    return tools.find((tool) => tool.name === "list_orders");
  }

  /** The tool that pays money back. */
  refund(tools) {
    return tools.find((tool) => tool.name === "refund_order");
  }

  /** Arguments that fit the refund tool's schema; another amount each time, so another call. */
  refundArguments(tool) {
    this.#amount += 100;
    return fitting(tool.inputSchema, this.#amount);
  }
}

/** The smallest value that fits a schema, with `amount` wherever a number is asked for. */
function fitting(schema, amount) {
  if (schema.enum) return schema.enum[0];
  if (schema.type === "object" || schema.properties) {
    const wanted = Object.entries(schema.properties ?? {}).filter(([name]) => schema.required?.includes(name));
    return Object.fromEntries(wanted.map(([name, inner]) => [name, known(name) ?? fitting(inner, amount)]));
  }
  if (schema.type === "integer" || schema.type === "number") return amount;
  return "countersign checks";
}

function known(name) {
  return name === "order_id" ? ORDER : undefined;
}
