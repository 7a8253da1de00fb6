// The outside world's double: a small shop with an API key, which writes down what reaches it.

import { createServer } from "node:http";

export const KEY = "shop-key-7f3a9c51e0";
/** What a page may not swallow, obey or hide. */
export const DECEPTIVE = {
  override: "\u202e",
  pop: "\u202c",
  zero: "\u200b",
  tag: "\u{e0041}",
  code: '<script id="kept">document.title = "owned"</script>',
};

const ORDERS = [
  { id: "o-1", customer: "c-1", total_cents: 12900, state: "paid" },
  { id: "o-2", customer: "c-2", total_cents: 4500, state: "shipped" },
];
const CUSTOMERS = [
  { id: "c-1", name: "Ada Example" },
  { id: "c-2", name: "Grace Example" },
];

export class Shop {
  /** Everything that came, as `{line, key, body}`. */
  seen = [];
  refunds = [];

  static async open() {
    const shop = new Shop();
    shop.server = createServer((request, response) => shop.#answer(request, response));
    await new Promise((open) => shop.server.listen(0, "127.0.0.1", open));
    shop.url = `http://127.0.0.1:${shop.server.address().port}`;
    return shop;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((closed) => this.server.close(closed));
  }

  /** How many requests began with this line. */
  count(line) {
    return this.seen.filter((request) => request.line.startsWith(line)).length;
  }

  async #answer(request, response) {
    let body = "";
    for await (const chunk of request) body += chunk;
    const key = request.headers["x-shop-key"];
    this.seen.push({ line: `${request.method} ${request.url}`, key, body });
    const answer = (status, value) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    if (key !== KEY) return answer(401, { error: "no such key" });
    const path = new URL(request.url, this.url).pathname;
    if (request.method === "GET" && path === "/orders") return answer(200, { orders: ORDERS });
    if (request.method === "GET" && path === "/customers") return answer(200, { customers: CUSTOMERS });
    const [, id, rest] = path.match(/^\/orders\/([^/]+)(\/refunds)?$/) ?? [];
    const order = ORDERS.find((one) => one.id === id);
    if (!order) return answer(404, { error: "no such order" });
    if (request.method === "GET" && !rest) return answer(200, order);
    if (request.method === "POST" && rest) {
      const refund = { id: `r-${this.refunds.length + 1}`, order: id, ...JSON.parse(body) };
      this.refunds.push(refund);
      return answer(201, refund);
    }
    return answer(405, { error: "not here" });
  }

  /** The shop's OpenAPI document, as a team would paste it. */
  document() {
    const described = (description, schema = { type: "object" }) => ({
      description,
      content: { "application/json": { schema } },
    });
    const order = { name: "order_id", in: "path", required: true, schema: { type: "string" } };
    const text = { type: "string" };
    const cents = { type: "integer", minimum: 1 };
    const refund = {
      type: "object",
      required: ["amount_cents", "reason"],
      additionalProperties: false,
      properties: { amount_cents: cents, reason: text },
    };
    const told = { type: "object", properties: { note: { ...text, description: "What the customer wrote." } } };
    return {
      openapi: "3.1.0",
      info: { title: "Corner shop", version: "2026-11-01", description: "Orders, customers and refunds." },
      servers: [{ url: this.url, description: "the shop" }],
      security: [{ key: [] }],
      components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Shop-Key" } } },
      paths: {
        "/orders": {
          get: { operationId: "listOrders", summary: "List orders", responses: { 200: described("The orders") } },
        },
        "/orders/{order_id}": {
          get: {
            operationId: "getOrder",
            summary: "Get an order",
            // A document is text from outside, too.
            description: `One order.${DECEPTIVE.override}<script>document.title = "owned"</script> Kept: \`${DECEPTIVE.code}\`.`,
            parameters: [order],
            responses: { 200: described("The order", told) },
          },
          delete: {
            operationId: "deleteOrder",
            summary: "Delete an order for good",
            parameters: [order],
            responses: { 204: { description: "Deleted" } },
          },
        },
        "/orders/{order_id}/refunds": {
          post: {
            operationId: "createRefund",
            summary: "Refund a charge of an order",
            parameters: [order],
            requestBody: { required: true, content: { "application/json": { schema: refund } } },
            responses: { 201: described("The refund") },
          },
        },
        "/customers": {
          get: { operationId: "listCustomers", summary: "List customers", responses: { 200: described("The customers") } },
        },
      },
    };
  }
}
