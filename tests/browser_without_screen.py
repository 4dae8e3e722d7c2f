"""A browser without a screen. It keeps cookies, fills in the CSRF token and follows redirects."""

import re
from typing import Any, cast

import httpx
from litestar import Litestar

ORIGIN = "https://localhost"


class Browser:
    """One device. `get` and `submit` follow redirects, and `post_json` sends what the pages' scripts send."""

    def __init__(
        self, app: Litestar, user_agent: str = "iPhone", address: str = "127.0.0.1", origin: str = ORIGIN
    ) -> None:
        self.csrf_cookie = "__Host-csrf" if origin.startswith("https") else "local-csrf"
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=cast(Any, app), client=(address, 50000)),
            base_url=origin,
            headers={"user-agent": user_agent, "accept-encoding": "identity"},
            follow_redirects=True,
        )

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(path, headers={"accept": "text/html"} | _dashed(headers))

    async def submit(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Submits a form with the token of its page."""
        return await self._post(path, fields, headers, follow_redirects=self.http.follow_redirects)

    async def submit_and_stay(self, path: str, fields: dict[str, Any]) -> httpx.Response:
        """Submits a form, and does not open the page that the answer redirects to."""
        return await self._post(path, fields, {}, follow_redirects=False)

    async def _post(
        self, path: str, fields: dict[str, Any] | None, headers: dict[str, str], *, follow_redirects: bool
    ) -> httpx.Response:
        return await self.http.post(
            path,
            data={"_csrf_token": await self.csrf()} | (fields or {}),
            headers={"accept": "text/html"} | _dashed(headers),
            follow_redirects=follow_redirects,
        )

    async def csrf(self) -> str:
        token = self.http.cookies.get(self.csrf_cookie)
        if token is None:
            await self.get("/health/live")  # every answer to a GET sets the cookie
            token = self.http.cookies[self.csrf_cookie]
        return token

    async def post_json(self, path: str, body: Any, **headers: str) -> httpx.Response:
        own_headers = {"origin": str(self.http.base_url), "sec-fetch-site": "same-origin", "accept": "application/json"}
        return await self.http.post(path, json=body, headers=own_headers | _dashed(headers))

    async def delete(self, path: str) -> httpx.Response:
        return await self.http.delete(path, headers={"origin": str(self.http.base_url), "accept": "application/json"})

    async def close(self) -> None:
        await self.http.aclose()


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def markup(response: httpx.Response) -> str:
    """The page's HTML as one line, whatever line breaks its template has."""
    return " ".join(response.text.split())


def words(response: httpx.Response) -> str:
    """The text of the page's main part, as one line."""
    inside = re.search(r"<main.*?>(.*)</main>", response.text, re.S)
    bare = re.sub(r"<[^>]+>", " ", inside.group(1) if inside else response.text)
    return re.sub(r"\s+", " ", bare).replace("&#39;", "'").replace("\u00a0", " ").replace("\u2011", "-").strip()
