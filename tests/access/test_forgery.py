"""Another site cannot change anything on behalf of a person (case 62)."""

import pytest
from litestar import Litestar

from server.access.models import Subscription
from server.db import Database
from server.people.models import Patient
from server.web.cookies import PERSON_COOKIE
from tests.browser_without_screen import ORIGIN, Browser
from tests.cast import Cast
from tests.conftest import Enter
from tests.routes import ROUTES
from tests.stories import push_subscription, rows
from tests.world import NOTHING, address, method

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ONE_DATABASE
async def test_case_62_a_form_needs_the_csrf_token_of_its_own_page(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    for token in (None, "", "guessed", "0" * 128, await luis.csrf()):
        form = {"detail": "on"} | ({} if token is None else {"_csrf_token": token})
        refused = await rosa.http.post("/settings/text", data=form, headers={"accept": "text/html"})
        assert refused.status_code == 403, token
        assert "too old" in refused.text
    patients = await rows(database, Patient)
    assert not any(patient.detailed_text for patient in patients)
    assert (await rosa.submit("/settings/text", {"detail": "on"})).status_code == 200


@ONE_DATABASE
@pytest.mark.parametrize("name", ["nobody", "rosa", "ruth"])
async def test_case_62_nothing_changes_without_a_token(app: Litestar, signed_in: Enter, cast: Cast, name: str) -> None:
    """This includes signing in and joining: nobody is signed in as somebody else without noticing."""
    device = Browser(app) if name == "nobody" else await signed_in(getattr(cast, name))
    changing = [handler for handler in ROUTES if method(handler) != "GET" and not handler.opt.get("no_csrf")]
    taken = []
    for handler in changing:
        answer = await device.http.request(method(handler), address(handler, NOTHING), follow_redirects=False)
        if answer.status_code != 403:
            taken.append((sorted(handler.paths), answer.status_code))
    assert taken == []
    assert len(changing) > 25
    if name == "nobody":
        await device.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://localhost.evil.example"},
        {"origin": "http://localhost"},
        {"origin": "https://localhost:8443"},
        {"origin": "null"},
        {"origin": ""},
        {},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
        {"origin": ORIGIN, "sec-fetch-site": "same-site"},
        {"origin": ORIGIN, "sec-fetch-site": "none"},
    ],
    ids=str,
)
@ONE_DATABASE
async def test_case_62_a_script_of_another_site_changes_nothing(
    signed_in: Enter, cast: Cast, database: Database, headers: dict[str, str]
) -> None:
    rosa = await signed_in(cast.rosa)
    cookie = {"cookie": f"{PERSON_COOKIE}={rosa.http.cookies[PERSON_COOKIE]}"}
    refused = await rosa.http.post("/push/subscriptions", json=push_subscription(), headers=headers | cookie)
    assert refused.status_code == 403
    assert await rows(database, Subscription) == []


@ONE_DATABASE
async def test_case_62_every_route_for_scripts_checks_the_origin(signed_in: Enter, cast: Cast) -> None:
    rosa, ruth = await signed_in(cast.rosa), await signed_in(cast.ruth)
    scripted = [handler for handler in ROUTES if handler.opt.get("same_origin")]
    for handler in scripted:
        device = ruth if handler.opt["who"] in ("staff", "admin") else rosa
        answer = await device.http.request(
            method(handler), address(handler, NOTHING), json={}, headers={"origin": "https://evil.example"}
        )
        assert answer.status_code == 403, sorted(handler.paths)
    assert len(scripted) >= 5
