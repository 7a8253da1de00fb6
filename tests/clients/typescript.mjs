// The TypeScript client of the protocol, in both eras, against the demo: discovery from the 401,
// registration, consent by a scripted person, calls, a held call, refresh, and a token taken to
// the wrong endpoint.
//
//   node tests/clients/typescript.mjs [path of a built binary]

import { setTimeout as later } from "node:timers/promises";
import { Agent, ERAS, LEGACY, MODERN, Wallet } from "./agent.mjs";
import { Checks } from "./checks.mjs";
import { Demo } from "./demo.mjs";
import { Person } from "./person.mjs";
import { binary } from "./product.mjs";

const CALLBACK = "http://127.0.0.1:53682/callback";
/** How long is waited for what must come, in milliseconds. */
const PATIENCE = 120_000;
const checks = new Checks();

/** What a request without a client library is answered; `token` may be left out. */
function raw(endpoint, token, method = "tools/list") {
  const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  if (token) headers.authorization = `Bearer ${token}`;
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: {} });
  return fetch(endpoint, { method: "POST", headers, body });
}

/** Says whether a token is refused in the end; it would be good for much longer. */
async function ends(endpoint, token) {
  for (const until = Date.now() + PATIENCE; Date.now() < until; await later(50)) {
    if ((await raw(endpoint, token)).status === 401) return true;
  }
  return false;
}

async function discovery(demo) {
  checks.about("What a client finds before it has a token");
  const refused = await raw(demo.endpoint_url);
  checks.same("a call without a token is 401", refused.status, 401);
  const challenge = refused.headers.get("www-authenticate") ?? "";
  const metadata = challenge.match(/resource_metadata="([^"]+)"/)?.[1];
  checks.must("the 401 names the resource's metadata", metadata?.startsWith(demo.public_url), challenge);
  const resource = await (await fetch(metadata)).json();
  checks.same("the metadata is about exactly this endpoint", resource.resource, demo.endpoint_url);
  const [issuer] = resource.authorization_servers;
  const server = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json();
  checks.same("the authorization server is who it was said to be", server.issuer, issuer);
  checks.same("PKCE is S256 and nothing else", server.code_challenge_methods_supported, ["S256"]);
}

/** One era: connect, look, call, be held. */
async function era(demo, name, spoken) {
  checks.about(`Era ${name}`);
  const person = new Person(demo.public_url, demo.owner);
  const wallet = new Wallet(CALLBACK, `TypeScript ${name}`);
  const agent = await Agent.connect(demo.endpoint_url, wallet, (url) => person.consent(url), ERAS[name]);
  checks.same("it registered itself once", wallet.registrations, 1);
  const asked = wallet.redirects[0].searchParams;
  checks.same("it asked for a token for this endpoint alone", asked.get("resource"), demo.endpoint_url);
  checks.same("it asked with a PKCE challenge", asked.get("code_challenge_method"), "S256");
  checks.that("the person saw who asks", person.consentPage.includes(`TypeScript ${name}`));
  checks.that("the person was warned that the answer goes to a program on this computer",
    person.consentPage.includes('id="loopback-warning"'));
  checks.that("it has an access and a refresh token", wallet.kept?.access_token && wallet.kept?.refresh_token);
  checks.same("both sides speak the era's revision", agent.client.getNegotiatedProtocolVersion(), spoken);

  const tools = await agent.tools();
  const [read, refund] = [demo.read(tools), demo.refund(tools)];
  checks.must("it sees a READ tool and the refund tool", read && refund, tools.map((tool) => tool.name));
  if (spoken === LEGACY) {
    const heard = await Promise.race([agent.heard, later(PATIENCE, undefined, { ref: false })]);
    checks.same("it listens, and is told to list again", heard?.length, tools.length);
  } else {
    const opened = agent.client.autoOpenedSubscription?.honoredFilter;
    checks.same("it listens for changes of its tools", opened, { toolsListChanged: true });
  }
  checks.that("tools carry a schema of their arguments", tools.every((tool) => tool.inputSchema?.type === "object"));
  const answered = await agent.call(read.name, {});
  checks.that("a READ call returns the upstream's data", !answered.isError && answered.text.includes("ord_"), answered);

  const given = demo.refundArguments(refund);
  const held = await agent.call(refund.name, given);
  checks.that("a refund is an error result, not an exception", held.isError, held);
  checks.same("it says that it is held", held.code, "held");
  checks.that("it names the hold", /^hold_/.test(held.hold?.id ?? "") && held.text.includes(held.hold.id), held);
  checks.that("it names the page and the expiry", held.hold?.page?.startsWith(demo.public_url) && held.hold?.expiresAt, held);
  const again = await agent.call(refund.name, given);
  checks.same("asking again finds the same hold", again.hold?.id, held.hold?.id);
  return { agent, person, wallet, refund, given, held };
}

async function countersigned(demo, { agent, person, refund, given, held }) {
  checks.about("A held call is decided");
  await person.decide(held.hold.page, "countersign", "my own request").then(
    () => checks.that("who asks cannot countersign", false),
    (error) => checks.that("who asks cannot countersign", /not decided: 4\d\d/.test(error.message), error.message),
  );
  const reviewer = new Person(demo.public_url, demo.reviewer);
  await reviewer.signIn();
  await reviewer.decide(held.hold.page, "countersign", "the customer is right");
  const ran = await agent.call(refund.name, given);
  checks.that("the identical call runs after the countersignature", !ran.isError, ran);
  const next = await agent.call(refund.name, given);
  checks.that("a second identical call is a new hold", next.code === "held" && next.hold.id !== held.hold.id, next);
  await reviewer.decide(next.hold.page, "reject", "one refund is enough");
  const told = await agent.call(refund.name, given);
  checks.same("a rejection reaches the agent", told.code, "approval_rejected");
  checks.that("with the reviewer's reason", told.text.includes("one refund is enough"), told.text);
}

async function tokens(demo, { agent, person, wallet }) {
  checks.about("Tokens");
  const before = wallet.kept;
  // A client whose access token is no longer good refreshes it by itself.
  wallet.kept = { ...before, access_token: `${before.access_token.slice(0, -6)}AAAAAA` };
  const answered = await agent.call("list_orders", {});
  checks.that("a refused access token is refreshed without the person", !answered.isError && wallet.redirects.length === 1);
  checks.same("one refresh was enough", wallet.refreshed, 1);
  checks.that("the refresh token was rotated", wallet.kept.refresh_token !== before.refresh_token);
  const fresh = wallet.kept.access_token;
  checks.same("the new access token is good", (await raw(demo.endpoint_url, fresh)).status, 200);
  const elsewhere = await demo.otherEndpoint(person);
  checks.same("a token is refused at another endpoint", (await raw(elsewhere, fresh)).status, 401);
  const reused = await fetch(`${demo.public_url}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: before.refresh_token,
      client_id: wallet.client.client_id,
      resource: demo.endpoint_url,
    }),
  });
  checks.same("a refresh token is good once", [reused.status, (await reused.json()).error], [400, "invalid_grant"]);
  checks.that("its reuse ends the whole grant", await ends(demo.endpoint_url, fresh));
}

const program = binary(process.argv[2]);
let demo;
try {
  demo = await Demo.start(program);
  await discovery(demo);
  const legacy = await era(demo, "legacy", LEGACY);
  await countersigned(demo, legacy);
  await legacy.agent.close();
  const auto = await era(demo, "auto", MODERN);
  await auto.agent.close();
  const pinned = await era(demo, "pinned", MODERN);
  await tokens(demo, pinned);
  await pinned.agent.close();
} catch (error) {
  checks.broke(error);
} finally {
  if (demo) checks.same("the demo ended gracefully", await demo.stop(), 0);
}
checks.finish();
