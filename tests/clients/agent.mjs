// An agent: the public MCP client with its own OAuth machinery, and a person who answers for it.

import { Client, StreamableHTTPClientTransport, UnauthorizedError } from "@modelcontextprotocol/client";

/** The newest revision of the protocol, and the older one that clients speak by default. */
export const MODERN = "2026-07-28";
export const LEGACY = "2025-11-25";

/** What the client library keeps about one authorization. Everything stays in memory. */
export class Wallet {
  redirects = [];
  registrations = 0;
  refreshed = 0;
  /** `redirectUrl` is where the browser comes back to; `name` is what the consent page shows. */
  constructor(redirectUrl, name) {
    this.redirectUrl = redirectUrl;
    this.clientMetadata = {
      client_name: name,
      redirect_uris: [redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    };
  }
  state() {
    return (this.lastState = crypto.randomUUID());
  }
  clientInformation() {
    return this.client;
  }
  saveClientInformation(client) {
    this.registrations += 1;
    this.client = client;
  }
  tokens() {
    return this.kept;
  }
  saveTokens(tokens) {
    if (this.kept) this.refreshed += 1;
    this.kept = tokens;
  }
  saveCodeVerifier(verifier) {
    this.verifier = verifier;
  }
  codeVerifier() {
    return this.verifier;
  }
  discoveryState() {
    return this.discovered;
  }
  saveDiscoveryState(state) {
    this.discovered = state;
  }
  redirectToAuthorization(url) {
    this.redirects.push(url);
  }
}

/** How each era is asked for. */
export const ERAS = {
  legacy: undefined,
  auto: { versionNegotiation: { mode: "auto" } },
  pinned: { versionNegotiation: { mode: { pin: MODERN } } },
};

export class Agent {
  #hear;
  /** The tools it listed by itself when it was told that they may have changed. */
  heard = new Promise((resolve) => (this.#hear = resolve));

  /**
   * Connects to an endpoint. Where the endpoint asks for authorization, `answer` is given the URL
   * that the client wants a browser to open, and returns the URL that the browser came back to.
   */
  static async connect(endpoint, wallet, answer, era = ERAS.legacy) {
    const agent = new Agent(endpoint, wallet, era);
    try {
      await agent.#open();
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      const back = await answer(wallet.redirects.at(-1));
      if (back.searchParams.get("state") !== wallet.lastState) throw new Error("the state did not come back");
      await agent.transport.finishAuth(back.searchParams);
      await agent.#open();
    }
    return agent;
  }

  constructor(endpoint, wallet, era) {
    this.endpoint = endpoint;
    this.wallet = wallet;
    this.era = era;
  }

  async #open() {
    const listChanged = { tools: { onChanged: (error, tools) => this.#hear(error ?? tools) } };
    this.client = new Client({ name: "countersign-checks", version: "1.0.0" }, { ...this.era, listChanged });
    this.transport = new StreamableHTTPClientTransport(new URL(this.endpoint), { authProvider: this.wallet });
    await this.client.connect(this.transport);
  }

  /** What the server lists now, whatever the client has kept of what it listed before. */
  async tools() {
    const tools = [];
    let cursor;
    do {
      const page = await this.client.listTools(cursor ? { cursor } : undefined, { cacheMode: "refresh" });
      tools.push(...page.tools);
      cursor = page.nextCursor;
    } while (cursor);
    return tools;
  }

  /** Calls a tool, and gives back what the checks look at. */
  async call(name, given) {
    const result = await this.client.callTool({ name, arguments: given });
    const text = result.content?.map((part) => part.text ?? "").join("\n") ?? "";
    const meta = result._meta ?? {};
    return {
      isError: result.isError === true,
      text,
      code: meta["dev.countersign/code"],
      hold: meta["dev.countersign/hold"],
      structured: result.structuredContent,
    };
  }

  close() {
    return this.client.close();
  }
}
