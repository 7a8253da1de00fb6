"""The Python client of the protocol, in both eras, against the demo.

Discovery from the 401, registration, consent by a scripted person, calls, a held call that is
countersigned, refresh, and a token taken to the wrong endpoint.

    python tests/clients/python_client.py [path of a built binary]
"""

import asyncio
import sys
import traceback
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

# The checkout is not to be written to.
sys.dont_write_bytecode = True

from person import PATIENCE, Person  # noqa: E402
from product import Demo, binary  # noqa: E402

CALLBACK = "http://127.0.0.1:53683/callback"
# The order of the demo's shop that has not been refunded.
ORDER = "ord_1043"
READ, REFUND = "list_orders", "refund_order"
MODERN = "2026-07-28"
LEGACY = "2025-11-25"


class Checks:
    """Counts what was proven, and says each of it in a line."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def that(self, promise: str, kept: object, found: object = "") -> None:
        if kept:
            self.passed += 1
            print(f"  ok    {promise}")
        else:
            self.failed += 1
            print(f"  FAILED {promise}: {str(found)[:600]}")

    def same(self, promise: str, found: object, wanted: object) -> None:
        self.that(promise, found == wanted, f"{found!r} is not {wanted!r}")


class Wallet:
    """What the client library keeps about one authorization. Everything stays in memory."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None
        self.registrations = 0

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info
        self.registrations += 1


class Agent:
    """The client library with a wallet and a person who answers for it."""

    def __init__(self, endpoint: str, person: Person, name: str) -> None:
        self.endpoint = endpoint
        self.wallet = Wallet()
        self.asked: list[str] = []
        self.person = person
        self._back = ""
        self.auth = OAuthClientProvider(
            server_url=endpoint,
            client_metadata=OAuthClientMetadata(
                client_name=name,
                redirect_uris=[CALLBACK],
                grant_types=["authorization_code", "refresh_token"],
                token_endpoint_auth_method="none",
            ),
            storage=self.wallet,
            redirect_handler=self._redirect,
            callback_handler=self._callback,
        )

    async def _redirect(self, url: str) -> None:
        self.asked.append(url)
        self._back = await self.person.consent(url)

    async def _callback(self) -> AuthorizationCodeResult:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self._back).query).items()}
        return AuthorizationCodeResult(code=query["code"], state=query.get("state"), iss=query.get("iss"))


def text_of(result: object) -> str:
    return "\n".join(getattr(part, "text", "") for part in result.content)


def meta_of(result: object, key: str) -> object:
    return (result.meta or {}).get(f"dev.countersign/{key}")


def fitting(schema: dict, amount: int) -> object:
    """The smallest value that fits a schema, with `amount` wherever a number is asked for."""
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object" or "properties" in schema:
        required = schema.get("required", [])
        wanted = {name: inner for name, inner in schema.get("properties", {}).items() if name in required}
        known = {"order_id": ORDER}
        return {name: known.get(name) or fitting(inner, amount) for name, inner in wanted.items()}
    if schema.get("type") in ("integer", "number"):
        return amount
    return "countersign checks"


async def raw(endpoint: str, token: str | None) -> int:
    """The status of a request without a client library."""
    headers = {"accept": "application/json, text/event-stream"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    async with httpx2.AsyncClient(timeout=PATIENCE) as http:
        return (await http.post(endpoint, json=body, headers=headers)).status_code


async def era(checks: Checks, demo: Demo, mode: str, spoken: str) -> None:
    """One era: connect, look, call, be held, and have it decided."""
    print(f"\nMode {mode}")
    owner = Person(demo.origin, demo.owner)
    agent = Agent(demo.endpoint, owner, f"Python {mode}")
    # Every mode asks for another amount, so it is another call.
    amount = 7000 + len(mode)
    async with (
        httpx2.AsyncClient(auth=agent.auth, timeout=PATIENCE) as http,
        Client(streamable_http_client(agent.endpoint, http_client=http), mode=mode) as client,
    ):
        checks.same("it registered itself once", agent.wallet.registrations, 1)
        asked = parse_qs(urlsplit(agent.asked[0]).query)
        checks.same("it asked for a token for this endpoint alone", asked["resource"], [agent.endpoint])
        checks.that("the person saw who asks", f"Python {mode}" in owner.consent_page)
        checks.same("both sides speak the era's revision", client.protocol_version, spoken)
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        checks.that("it sees a READ tool and the refund tool", {READ, REFUND} <= tools.keys(), sorted(tools))
        answered = await client.call_tool(READ, {})
        checks.that("a READ call returns the upstream's data", not answered.is_error and ORDER in text_of(answered), answered)

        given = fitting(tools[REFUND].input_schema, amount)
        held = await client.call_tool(REFUND, given)
        hold = meta_of(held, "hold") or {}
        checks.that("a refund is an error result that says it is held", held.is_error and meta_of(held, "code") == "held", held)
        checks.that("it names the hold", hold.get("id", "").startswith("hold_") and hold["id"] in text_of(held), held)
        await decided(checks, demo, hold["page"])
        ran = await client.call_tool(REFUND, given)
        checks.that("the identical call runs after the countersignature", not ran.is_error, ran)
        again = await client.call_tool(REFUND, given)
        other = (meta_of(again, "hold") or {}).get("id")
        checks.that("a second identical call is a new hold", again.is_error and other not in (None, hold["id"]), again)
        await tokens(checks, demo, agent, client, mode)
    await owner.close()


async def decided(checks: Checks, demo: Demo, page: str) -> None:
    reviewer = Person(demo.origin, demo.reviewer)
    await reviewer.sign_in()
    await reviewer.decide(page, "countersign", "checked with the customer")
    checks.that("the reviewer countersigns it on its page", True)
    await reviewer.close()


async def tokens(checks: Checks, demo: Demo, agent: Agent, client: Client, mode: str) -> None:
    before = agent.wallet.tokens
    checks.same("the access token is good", await raw(agent.endpoint, before.access_token), 200)
    elsewhere = await agent.person.make_endpoint(demo.tenant, f"elsewhere-{mode}")
    checks.same("and is refused at another endpoint", await raw(elsewhere, before.access_token), 401)
    checks.same("no token, no answer", await raw(agent.endpoint, None), 401)
    # The library refreshes when the token's time is over, by its own clock.
    agent.auth.context.token_expiry_time = 1.0
    await client.list_tools(cache_mode="refresh")
    after = agent.wallet.tokens
    checks.that("it refreshes without the person", len(agent.asked) == 1 and after.access_token != before.access_token)
    checks.that("the refresh token was rotated", after.refresh_token != before.refresh_token)


async def run(checks: Checks, demo: Demo) -> None:
    await era(checks, demo, "legacy", LEGACY)
    await era(checks, demo, "auto", MODERN)


def main() -> int:
    checks = Checks()
    demo = None
    try:
        demo = Demo(binary(sys.argv[1] if len(sys.argv) > 1 else None))
        asyncio.run(run(checks, demo))
    except BaseException:
        checks.that("nothing breaks", False, traceback.format_exc())
        if demo:
            print(demo.log())
    finally:
        if demo:
            checks.same("the demo ended gracefully", demo.stop(), 0)
    print(f"\n{checks.passed} passed, {checks.failed} failed")
    return 0 if checks.failed == 0 and checks.passed else 1


if __name__ == "__main__":
    sys.exit(main())
