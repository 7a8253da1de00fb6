// Where an agent's browser comes back to; and a page of somebody who means harm.

import { createServer } from "node:http";

export class Outside {
  #waiting = [];

  static async open() {
    const outside = new Outside();
    outside.server = createServer((request, response) => outside.#answer(request, response));
    await new Promise((open) => outside.server.listen(0, "127.0.0.1", open));
    outside.url = `http://127.0.0.1:${outside.server.address().port}`;
    outside.callback = `${outside.url}/callback`;
    return outside;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((closed) => this.server.close(closed));
  }

  /** The address that the next browser comes back with. */
  comesBack() {
    return new Promise((back) => this.#waiting.push(back));
  }

  /** A page of another site whose form goes to `target`. */
  trap(target, fields) {
    this.page = page(
      `<form method="post" action="${target}">${Object.entries(fields)
        .map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
        .join("")}<button id="win">Win a prize</button></form>`,
    );
    return `${this.url}/trap`;
  }

  #answer(request, response) {
    const url = new URL(request.url, this.url);
    response.setHeader("content-type", "text/html; charset=utf-8");
    if (url.pathname === "/trap") return response.end(this.page);
    if (url.pathname === "/callback") this.#waiting.shift()?.(url);
    return response.end(page("<p>You can go back to the agent.</p>"));
  }
}

function page(body) {
  return `<!doctype html><html lang="en"><title>Outside</title><link rel="icon" href="data:,">${body}</html>`;
}
