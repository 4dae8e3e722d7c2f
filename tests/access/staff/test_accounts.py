"""Staff come in by a one-time link, then by password and TOTP (cases 63, 65, 66, 67)."""

import asyncio
import re
from datetime import datetime

import pyotp
import pytest
from argon2 import PasswordHasher
from httpx import Response
from litestar import Litestar

from server.access.cookies import STAFF_COOKIE
from server.access.models import DeviceSession, StaffLink
from server.access.staff import accounts as staff_accounts
from server.access.staff import passwords
from server.db import Database
from server.people.models import Staff
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import audited, rows

PASSWORD = "correct horse battery"


def code_at(secret: str, moment: datetime) -> str:
    return str(pyotp.TOTP(secret).at(moment))


async def offered_secret(device: Browser) -> str:
    found = re.search(r'name="secret" value="(\w+)"', (await device.get("/staff/account")).text)
    assert found is not None
    return found[1]


@pytest.fixture(autouse=True)
def light_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real argon2id, with less memory and time than it takes from a thief."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    monkeypatch.setattr(passwords, "_nobody", hasher.hash("an account that does not exist"))


@pytest.fixture
async def secret(signed_in: Enter, cast: Cast, clock: StillClock) -> str:
    """Maria has set a password and an authenticator app, through the pages, and half a minute has passed."""
    maria = await signed_in(cast.maria)
    secret = await offered_secret(maria)
    form = {"password": PASSWORD, "secret": secret, "code": code_at(secret, clock())}
    assert (await maria.submit("/staff/account", form)).url.path == "/staff"
    clock.move(seconds=30)
    return secret


async def enters(device: Browser, code: str, email: str = "maria@harbor.example", password: str = PASSWORD) -> Response:
    return await device.submit("/staff/sign-in", {"email": email, "password": password, "code": code})


async def test_password_and_code_let_in(
    browser: Browser, secret: str, cast: Cast, clock: StillClock, database: Database
) -> None:
    entered = await enters(browser, code_at(secret, clock()), " Maria@Harbor.example ")
    assert entered.url.path == "/staff"
    assert "Maria Alvarez" in entered.text
    maria = next(staff for staff in await rows(database, Staff) if staff.id == cast.maria.id)
    assert maria.password_hash is not None
    assert maria.password_hash.startswith("$argon2id$")
    assert "staff.credentials-set" in await audited(database, cast.maria.id)


@pytest.mark.parametrize("drift", [-30, 30])
async def test_a_clock_one_step_off_still_fits(browser: Browser, secret: str, clock: StillClock, drift: int) -> None:
    clock.move(seconds=60)
    code = code_at(secret, clock())
    clock.move(seconds=drift)
    assert (await enters(browser, code)).url.path == "/staff"


async def test_case_66_a_code_counts_once(
    browser: Browser, app: Litestar, secret: str, clock: StillClock, database: Database
) -> None:
    code, second = code_at(secret, clock()), Browser(app)
    assert (await enters(browser, code)).url.path == "/staff"
    replayed = await enters(second, code)
    assert replayed.status_code == 422
    assert "the code has already been used" in words(replayed)
    clock.move(seconds=30)
    assert (await enters(second, code)).status_code == 422  # one step late, still within the drift
    assert (await enters(second, code_at(secret, clock()))).url.path == "/staff"
    await second.close()


async def test_case_66_a_code_used_twice_at_once_counts_once(app: Litestar, secret: str, clock: StillClock) -> None:
    devices = [Browser(app) for _ in range(3)]
    for device in devices:
        await device.csrf()
    answers = await asyncio.gather(*(enters(device, code_at(secret, clock())) for device in devices))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422]
    for device in devices:
        await device.close()


async def test_whatever_is_wrong_the_answer_is_the_same(browser: Browser, secret: str, clock: StillClock) -> None:
    code, maria = code_at(secret, clock()), "maria@harbor.example"
    for email, password, given in (
        (maria, "wrong horse battery", code),
        (maria, PASSWORD, "000000"),
        (maria, "", code),
        ("nobody@harbor.example", PASSWORD, code),
        ("ken@harbor.example", PASSWORD, code),
        ("", "", ""),
    ):
        refused = await enters(browser, given, email, password)
        assert refused.status_code == 422, email
        assert "Email, password and code don't match" in words(refused)
        assert STAFF_COOKIE not in browser.http.cookies


async def test_case_67_who_guesses_locks_themselves_out_and_nobody_else(
    app: Litestar, secret: str, clock: StillClock
) -> None:
    stranger, maria, ken = Browser(app, address="203.0.113.9"), Browser(app), Browser(app, address="203.0.113.9")
    statuses = [(await enters(stranger, "000000", password="guess")).status_code for _ in range(12)]
    assert statuses == [422] * 10 + [429] * 2
    assert (await enters(stranger, code_at(secret, clock()))).status_code == 429
    assert (await enters(ken, "000000", "ken@harbor.example")).status_code == 422
    assert (await enters(maria, code_at(secret, clock()))).url.path == "/staff"
    clock.move(minutes=15)
    assert (await enters(stranger, code_at(secret, clock()))).url.path == "/staff"
    for device in (stranger, maria, ken):
        await device.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_67_spraying_one_password_over_many_accounts_is_limited(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_verify", lambda *_: False)  # hashing takes its time on purpose
    stranger = Browser(app, address="203.0.113.9")
    statuses = [(await enters(stranger, "0", f"m{n}@harbor.example")).status_code for n in range(101)]
    assert statuses == [422] * 100 + [429]
    await stranger.close()


async def test_case_65_a_one_time_link_works_once(app: Litestar, database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        token = await staff_accounts.make_link(work_by(db, cast.ruth), cast.ken)
    devices = [Browser(app) for _ in range(4)]
    for device in devices:
        await device.get(f"/staff/link?token={token}")
        await device.csrf()
    entered = await asyncio.gather(*(device.submit("/staff/link", {"token": token}) for device in devices))
    assert sorted(answer.status_code for answer in entered) == [200, 422, 422, 422]
    assert len(await rows(database, DeviceSession)) == 1
    again = await devices[0].submit("/staff/link", {"token": token})
    assert again.status_code == 422
    assert "already been used" in words(again)
    for device in devices:
        await device.close()


async def test_case_65_a_link_ends_after_a_day_or_with_the_next_one(
    browser: Browser, database: Database, cast: Cast, clock: StillClock
) -> None:
    async with database.writing() as db:
        first = await staff_accounts.make_link(work_by(db, cast.ruth, clock()), cast.ken)
    async with database.writing() as db:
        second = await staff_accounts.make_link(work_by(db, cast.ruth, clock()), cast.ken)
    assert (await browser.submit("/staff/link", {"token": first})).status_code == 422
    clock.move(hours=24)
    assert (await browser.submit("/staff/link", {"token": second})).status_code == 422
    assert all(link.used_at is None for link in await rows(database, StaffLink))


@pytest.mark.parametrize(
    ("password", "code", "says"), [("short", None, "at least 12 characters"), (PASSWORD, "000000", "isn't right")]
)
async def test_credentials_that_will_not_do_are_refused_in_words(
    signed_in: Enter, cast: Cast, clock: StillClock, database: Database, password: str, code: str | None, says: str
) -> None:
    maria = await signed_in(cast.maria)
    secret = await offered_secret(maria)
    form = {"password": password, "secret": secret, "code": code or code_at(secret, clock())}
    refused = await maria.submit("/staff/account", form)
    assert refused.status_code == 422
    assert says in words(refused)
    assert secret in refused.text  # the app that was scanned stays the right one
    assert all(staff.password_hash is None for staff in await rows(database, Staff))


async def test_a_secret_that_is_none_is_refused(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    for junk in ("", "1!", "é", "A" * 64):
        form = {"password": PASSWORD, "secret": junk, "code": "123456"}
        assert (await maria.submit("/staff/account", form)).status_code == 422, junk


async def test_signing_out_ends_the_session(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    cookie = f"{STAFF_COOKIE}={maria.http.cookies[STAFF_COOKIE]}"
    assert (await maria.submit("/staff/sign-out")).url.path == "/staff/sign-in"
    assert (await maria.get("/staff", cookie=cookie)).url.path == "/staff/sign-in"


async def test_a_session_ends_with_a_long_shift(signed_in: Enter, cast: Cast, clock: StillClock) -> None:
    maria = await signed_in(cast.maria)
    clock.move(hours=13, minutes=59)
    assert (await maria.get("/staff")).url.path == "/staff"
    clock.move(minutes=1)
    assert (await maria.get("/staff")).url.path == "/staff/sign-in"


async def test_who_has_left_the_clinic_is_signed_out(signed_in: Enter, cast: Cast, database: Database) -> None:
    ken = await signed_in(cast.ken)
    async with database.writing() as db:
        (await db.get_one(Staff, cast.ken.id)).ended_at = NOW
    assert (await ken.get("/staff")).url.path == "/staff/sign-in"


async def test_an_admin_invites_a_colleague_by_a_link(
    signed_in: Enter, app: Litestar, cast: Cast, database: Database
) -> None:
    ruth, newcomer = await signed_in(cast.ruth), Browser(app)
    form = {"name": "Ana Souza", "email": "ana@harbor.example", "role": "clinician"}
    invited = await ruth.submit("/staff/team", form)
    found = re.search(r"https://localhost/staff/link#([\w-]+)", invited.text)
    assert found is not None
    assert (await newcomer.submit("/staff/link", {"token": found[1]})).url.path == "/staff"
    [ana] = [staff for staff in await rows(database, Staff) if staff.name == "Ana Souza"]
    assert (ana.clinic_id, ana.role) == (cast.harbor.id, "clinician")
    for bad in (form, form | {"email": "nothing"}, form | {"email": "b@harbor.example", "role": "root"}):
        assert (await ruth.submit("/staff/team", bad)).status_code == 422
    await newcomer.close()
