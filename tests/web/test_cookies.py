"""Each cookie is Secure and limited to this host. Safari refuses such cookies on http://localhost (case 161)."""

import ast
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from litestar import Litestar

from server import app as composition
from server.access.joining import flow as joining
from server.access.rules import CONSENT_VERSION
from server.access.staff import accounts as staff_accounts
from server.db import Database
from server.settings import Settings
from server.web import cookies
from tests.browser_without_screen import Browser, words
from tests.cast import Cast, work_by
from tests.conftest import StillClock
from tests.import_rules import SERVER
from tests.routes import ROUTES
from tests.world import NOTHING, address, method

HTTPS, LOCAL = "https://interlude.example.org", "http://localhost:8000"
FIELDS = {"language": "es", "size": "200", "step": "3", "aloud": "slow"}
ENDS = ("/sign-out", "/staff/sign-out", "/settings/leave")
# The names of all cookies.
NAMES = {"csrf", "interlude", "interlude-desk", "asked", "link", "language", "size", "scan", "aloud"}

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Walker(Browser):
    """A device that records each Set-Cookie header and sends each form from its own address."""

    def __init__(self, app: Litestar, origin: str) -> None:
        super().__init__(app, origin=origin)
        self.headers: list[str] = []
        self.http.event_hooks["response"].append(self._note)

    async def _note(self, response: object) -> None:
        self.headers += response.headers.get_list("set-cookie")  # type: ignore[attr-defined]

    async def walk(self) -> None:
        for handler in sorted(ROUTES, key=lambda route: min(route.paths) in ENDS):
            where = address(handler, NOTHING)
            if method(handler) == "POST":
                await self.submit(where, FIELDS)
            else:
                await self.http.request(method(handler), where)


@pytest.fixture
async def walked(origin: str, settings: Settings, database: Database, cast: Cast, clock: StillClock) -> list[str]:
    """The Set-Cookie headers that a joined phone and a desk receive when each requests every route."""
    app = composition.create(replace(settings, base_url=origin), clock, database)
    phone, desk = Walker(app, origin), Walker(app, origin)
    async with database.writing() as db:
        code = await joining.issue_pairing(work_by(db, cast.maria, clock()), cast.rosa, None)
        link = await staff_accounts.make_link(work_by(db, cast.ruth, clock()), cast.ruth)
    await phone.get("/visits/0")  # a link that is opened before anybody has joined
    assert (await phone.submit("/join", {"code": code, "agree": CONSENT_VERSION})).url.path == "/reminders"
    assert (await desk.submit("/staff/link", {"token": link})).url.path == "/staff"
    for device in (phone, desk):
        await device.walk()
        await device.close()
    return phone.headers + desk.headers


@pytest.mark.sweep
@ONE_DATABASE
@pytest.mark.parametrize("origin", [LOCAL])
async def test_case_161_no_cookie_is_secure_on_localhost(walked: list[str]) -> None:
    assert [header for header in walked if "secure" in header.lower() or "__Host-" in header] == []
    assert {header.partition("=")[0] for header in walked} == {f"local-{name}" for name in NAMES}


@pytest.mark.sweep
@ONE_DATABASE
@pytest.mark.parametrize("origin", [HTTPS])
async def test_case_161_every_cookie_is_secure_everywhere_else(walked: list[str]) -> None:
    assert [header for header in walked if "; Secure" not in header or "Domain" in header] == []
    assert {header.partition("=")[0] for header in walked} == {f"__Host-{name}" for name in NAMES}


@pytest.mark.parametrize(
    "base_url", [HTTPS, "https://localhost", "https://127.0.0.1", "http://10.0.0.1", "http://a.example"]
)
def test_case_161_only_plain_http_on_localhost_does_without(base_url: str) -> None:
    assert cookies.name_on(Settings(base_url=base_url), "__Host-csrf") == "__Host-csrf"
    assert cookies.are_secure(Settings(base_url=base_url))


@pytest.fixture
async def without_cookies(app: Litestar) -> AsyncIterator[Browser]:
    device = Browser(app)
    await device.csrf()
    device.http.cookies.clear()
    yield device
    await device.close()


@ONE_DATABASE
@pytest.mark.parametrize(
    ("accepted", "says"),
    [
        ("en", ["Your browser doesn't keep cookies for this site", "allow cookies in your browser's settings"]),
        ("es", ["no guarda cookies de este sitio", "permita las cookies"]),
    ],
)
async def test_case_161_a_form_without_any_cookie_gets_an_explanation(
    without_cookies: Browser, accepted: str, says: list[str]
) -> None:
    headers = {"accept": "text/html", "accept-language": accepted}
    refused = await without_cookies.http.post("/join/code", data={"code": "12345678"}, headers=headers)
    assert refused.status_code == 403
    for part in says:
        assert part in words(refused)


@ONE_DATABASE
async def test_case_161_a_form_of_another_site_gets_no_explanation(without_cookies: Browser) -> None:
    headers = {"accept": "text/html", "sec-fetch-site": "cross-site"}
    refused = await without_cookies.http.post("/join/code", data={"code": "12345678"}, headers=headers)
    assert refused.status_code == 403
    assert "too old" in words(refused)


def test_case_161_one_module_makes_and_reads_cookies() -> None:
    others = {}
    for path in sorted(SERVER.rglob("*.py")):
        found = [ast.unparse(node) for node in ast.walk(ast.parse(path.read_text())) if _makes_or_reads(node)]
        if found and path != SERVER / "web" / "cookies.py":
            others[path.relative_to(SERVER).as_posix()] = found
    assert others == {}


def _makes_or_reads(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        return name == "Cookie" or name.endswith(".cookies.get") or name.endswith(".delete_cookie")
    return isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith(".cookies")
