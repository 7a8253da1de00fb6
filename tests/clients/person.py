"""A person without a browser: fetches pages, keeps cookies, fills in forms as they were drawn."""

import html
import re
from urllib.parse import urljoin, urlsplit

import httpx2

# How long an answer may take, in seconds: a machine may be slow.
PATIENCE = 120


class Person:
    """Somebody with an account."""

    def __init__(self, origin: str, account: dict) -> None:
        self.origin = origin
        self._account = account
        self._http = httpx2.AsyncClient(
            headers={"accept": "text/html"}, follow_redirects=False, timeout=PATIENCE
        )
        self.consent_page = ""

    async def close(self) -> None:
        await self._http.aclose()

    async def open(self, url: str) -> httpx2.Response:
        """Opens a page, following redirects for as long as they stay with the product."""
        page = await self._http.get(urljoin(self.origin, url))
        for _ in range(8):
            to = self._to(page)
            if to is None or not self._is_ours(to):
                break
            page = await self._http.get(to)
        return page

    async def submit(self, page: httpx2.Response, form: str, filled: dict[str, str]) -> httpx2.Response:
        """Sends a form of a page with its hidden fields and what is filled in."""
        found = re.search(rf'<form([^>]*id="{form}"[^>]*)>(.*?)</form>', page.text, re.DOTALL)
        if found is None:
            raise RuntimeError(f"there is no form {form} at {page.url}: {page.status_code}\n{page.text[:800]}")
        action = re.search(r'action="([^"]*)"', found[1])
        to = urljoin(str(page.url), html.unescape(action[1]) if action else str(page.url))
        if not self._is_ours(to):
            raise RuntimeError(f"a form that leads to {to}")
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', found[2])
        fields = {html.unescape(name): html.unescape(value) for name, value in hidden} | filled
        headers = {"origin": self.origin, "sec-fetch-site": "same-origin"}
        return await self._http.post(to, data=fields, headers=headers)

    async def sign_in(self) -> None:
        """Signs in on the sign-in page."""
        await self._sign_in_at(await self.open("/sign-in"))

    async def consent(self, url: str) -> str:
        """Answers an agent's question, signing in on the way; returns where the browser is sent."""
        page = await self.open(url)
        if 'id="sign-in-form"' in page.text:
            page = await self.open(await self._sign_in_at(page))
        self.consent_page = page.text
        answered = await self.submit(page, "consent-form", {"answer": "approve"})
        return self._need_redirect(answered, "no answer to the consent")

    async def decide(self, url: str, answer: str, reason: str) -> None:
        """Decides about a held call as it is shown on its page."""
        page = await self.open(url)
        decided = await self.submit(page, "decide-form", {"answer": answer, "reason": reason})
        self._need_redirect(decided, "not decided")

    async def make_endpoint(self, tenant: str, slug: str) -> str:
        """Makes an endpoint without tools, and returns its URL."""
        page = await self.open(f"/t/{tenant}/new-endpoint")
        filled = {"name": slug, "slug": slug, "environment": "production"}
        self._need_redirect(await self.submit(page, "endpoint-form", filled), "no endpoint")
        return f"{self.origin}/mcp/{tenant}/{slug}"

    async def _sign_in_at(self, page: httpx2.Response) -> str:
        signed = await self.submit(page, "sign-in-form", self._account)
        return self._need_redirect(signed, "not signed in")

    def _need_redirect(self, answer: httpx2.Response, otherwise: str) -> str:
        to = self._to(answer)
        if to is None:
            raise RuntimeError(f"{otherwise}: {answer.status_code}\n{answer.text[:800]}")
        return to

    def _is_ours(self, url: str) -> bool:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}" == self.origin

    @staticmethod
    def _to(answer: httpx2.Response) -> str | None:
        location = answer.headers.get("location")
        return location and urljoin(str(answer.url), location)
