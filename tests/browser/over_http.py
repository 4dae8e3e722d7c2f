"""A browser without a screen, over plain HTTP: it signs in, reads pages and presses buttons as a person does."""

import contextlib
import html
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from server.access.rules import CONSENT_VERSION
from server.people.models import Caregiver, Patient, Staff

from .eventually import eventually
from .running_site import RunningSite


class Session:
    def __init__(self, client: aiohttp.ClientSession, base_url: str) -> None:
        self._client, self._base_url = client, base_url

    async def read(self, path: str) -> str:
        """The text of a page, as one line."""
        async with self._client.get(self._base_url + path) as answer:
            assert answer.status == 200, f"{path}: {answer.status}"
            return _words(await answer.text())

    async def read_until(self, path: str, words: str, seconds: float = 20) -> str:
        """Opens a page until it says `words`."""

        async def look() -> str | None:
            shown = await self.read(path)
            seen.append(shown)
            return shown if words in shown else None

        seen: list[str] = []
        try:
            return await eventually(look, f"{words!r} on {path}", seconds)
        except AssertionError as error:
            error.add_note(f"last seen: {seen[-1:]}")
            raise

    async def submit(self, path: str, **fields: str) -> str:
        """Submits a form with the token that every page carries. Returns the text of the page that follows."""
        async with self._client.get(f"{self._base_url}/staff/sign-in") as page:
            token = re.search(r'name="_csrf_token" value="([^"]+)"', await page.text())
        assert token
        async with self._client.post(self._base_url + path, data={"_csrf_token": token[1], **fields}) as answer:
            assert answer.status == 200, f"{path}: {answer.status}"
            return _words(await answer.text())

    async def post_json(self, path: str, body: Any) -> Any:
        """Sends what a page's script would send."""
        own_headers = {"accept": "application/json", "origin": self._base_url, "sec-fetch-site": "same-origin"}
        async with self._client.post(self._base_url + path, json=body, headers=own_headers) as answer:
            assert answer.status == 200, f"{path}: {answer.status} {await answer.text()}"
            return await answer.json()


@contextlib.asynccontextmanager
async def desk(site: RunningSite, staff: Staff) -> AsyncIterator[Session]:
    """A staff member's browser, signed in by link."""
    async with _session(site) as session:
        token = urlsplit(await site.staff_link(staff)).fragment
        assert "Inbox" in await session.submit("/staff/link", token=token)
        yield session


@contextlib.asynccontextmanager
async def handset(site: RunningSite, person: Patient | Caregiver) -> AsyncIterator[Session]:
    """A phone that has joined by code."""
    async with _session(site) as session:
        code = await site.pairing_code(person)
        assert "May we remind you?" in await session.submit("/join", code=code, agree=CONSENT_VERSION)
        yield session


@contextlib.asynccontextmanager
async def _session(site: RunningSite) -> AsyncIterator[Session]:
    async with aiohttp.ClientSession(headers={"accept": "text/html"}) as client:
        yield Session(client, site.base_url)


def _words(page: str) -> str:
    inside = re.search(r"<main.*?>(.*)</main>", page, re.S)
    bare = re.sub(r"<[^>]+>", " ", inside[1] if inside else page)
    return re.sub(r"\s+", " ", html.unescape(bare)).replace("\u00a0", " ").strip()
