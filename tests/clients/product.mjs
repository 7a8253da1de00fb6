// Starts the product as an operator would: the binary, a data folder of its own, a free port.
// Whatever is started here is ended here, also when the script that asked for it fails.

import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
// Generous: a machine may be slow.
const START_SECONDS = 300;
const STOP_SECONDS = 120;

/** The product, built from this checkout; a path given on the command line is used as it is. */
export function binary(given) {
  if (given) return resolve(given);
  console.log("building the product (cargo build)");
  execFileSync("cargo", ["build", "--locked", "--quiet", "--bin", "countersign"], { cwd: ROOT, stdio: "inherit" });
  return join(resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target"), "debug/countersign");
}

/** A port of loopback that is free now. */
export function freePort() {
  return new Promise((found, failed) => {
    const server = createServer();
    server.on("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

/** The data folder for one run. Not below a home folder: as root, PostgreSQL has another account. */
function dataFolder() {
  const named = process.env.COUNTERSIGN_DATA;
  if (named) {
    mkdirSync(named, { recursive: true });
    return { folder: named, remove: () => {} };
  }
  const folder = mkdtempSync("/var/tmp/countersign-script.");
  chmodSync(folder, 0o755);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Our environment without the product's own settings, which every run chooses for itself. */
function cleanEnvironment() {
  const ours = ([name]) => name.startsWith("COUNTERSIGN_") || name === "DATABASE_URL" || name === "REDIS_URL";
  return Object.fromEntries(Object.entries(process.env).filter((entry) => !ours(entry)));
}

export class Product {
  /** Starts `countersign ...words` and returns once it is ready to serve. */
  static async start(program, words, settings = {}) {
    const port = await freePort();
    const product = new Product(program, words, { COUNTERSIGN_LISTEN: `127.0.0.1:${port}`, ...settings });
    product.url = `http://localhost:${port}`;
    try {
      await product.#until(async () => (await fetch(`${product.url}/readyz`)).ok);
    } catch (error) {
      await product.stop();
      throw error;
    }
    return product;
  }

  constructor(program, words, settings) {
    this.words = words;
    this.data = dataFolder();
    this.log = "";
    this.ended = undefined;
    const env = { ...cleanEnvironment(), COUNTERSIGN_DATA: this.data.folder, ...settings };
    this.child = spawn(program, words, { cwd: this.data.folder, env, stdio: ["ignore", "pipe", "pipe"] });
    this.end = new Promise((ended) => {
      this.child.on("error", (error) => {
        this.log += `${error}\n`;
        ended((this.ended = -1));
      });
      this.child.on("exit", (code, signal) => ended((this.ended = signal ?? code)));
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on("data", (chunk) => (this.log += chunk));
    }
    process.once("exit", (this.last = () => this.child.kill("SIGKILL")));
  }

  /** Waits until `ready` is true; a process that ends first, or takes too long, is a failure. */
  async #until(ready, seconds = START_SECONDS) {
    const until = Date.now() + seconds * 1000;
    while (Date.now() < until) {
      if (this.ended !== undefined) throw new Error(`${this.words[0]} ended (${this.ended}):\n${this.log}`);
      if (await ready().catch(() => false)) return;
      await new Promise((later) => setTimeout(later, 100));
    }
    throw new Error(`${this.words[0]} was not ready after ${seconds} s:\n${this.log}`);
  }

  /** Waits until something that the running product makes is there. */
  until(ready, seconds) {
    return this.#until(ready, seconds);
  }

  /** Asks it to end, and says how it did: 0 is a graceful stop. */
  async stop() {
    this.child.kill("SIGTERM");
    const late = setTimeout(() => this.child.kill("SIGKILL"), STOP_SECONDS * 1000);
    const ended = await this.end;
    clearTimeout(late);
    process.off("exit", this.last);
    this.data.remove();
    return ended;
  }
}
