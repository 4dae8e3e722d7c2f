"""Staff sign in with a one-time link, or with a password and a code (cases 65 to 67)."""

import asyncio
from typing import Literal
from unicodedata import normalize

import pytest
from litestar import Litestar

from server.access.models import DeviceSession
from server.access.staff import accounts as staff_accounts
from server.access.staff import passwords
from server.access.staff import sign_in as signing_in
from server.access.staff import totp as staff_totp
from server.actor import Role
from server.db import Database
from server.people.models import Staff
from server.people.rules import Refused
from server.web.cookies import STAFF_COOKIE
from tests.access.staff.scene import PASSWORD, code_at, enters, offered_secret
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import audited, rows

Form = Literal["NFC", "NFD"]
pytestmark = pytest.mark.usefixtures("light_hashing")


async def test_a_password_and_a_code_sign_in(
    browser: Browser, secret: str, cast: Cast, clock: StillClock, database: Database
) -> None:
    entered = await enters(browser, code_at(secret, clock()), " Maria@Harbor.example ")
    assert entered.url.path == "/staff"
    assert "Maria Alvarez" in entered.text
    maria = next(staff for staff in await rows(database, Staff) if staff.id == cast.maria.id)
    assert maria.password_hash is not None
    assert maria.password_hash.startswith("$argon2id$")
    assert "staff.credentials-set" in await audited(database, cast.maria.id)


async def test_case_66_a_code_works_once(
    browser: Browser, app: Litestar, secret: str, clock: StillClock, database: Database
) -> None:
    code, second = code_at(secret, clock()), Browser(app)
    assert (await enters(browser, code)).url.path == "/staff"
    replayed = await enters(second, code)
    assert replayed.status_code == 422
    assert "the code has already been used" in words(replayed)
    clock.move(seconds=30)
    assert (await enters(second, code)).status_code == 422  # one step late, still within the tolerance
    assert (await enters(second, code_at(secret, clock()))).url.path == "/staff"
    await second.close()


async def test_case_66_a_code_used_twice_at_once_works_once(app: Litestar, secret: str, clock: StillClock) -> None:
    devices = [Browser(app) for _ in range(3)]
    for device in devices:
        await device.csrf()
    answers = await asyncio.gather(*(enters(device, code_at(secret, clock())) for device in devices))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422]
    for device in devices:
        await device.close()


async def test_a_refusal_does_not_say_what_was_wrong(browser: Browser, secret: str, clock: StillClock) -> None:
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


async def test_case_67_wrong_guesses_lock_only_the_guesser(app: Litestar, secret: str, clock: StillClock) -> None:
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
    monkeypatch.setattr(passwords, "_verify", lambda *_: False)  # hashing is slow on purpose
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


async def test_a_staff_member_who_left_the_clinic_is_signed_out(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    ken = await signed_in(cast.ken)
    async with database.writing() as db:
        (await db.get_one(Staff, cast.ken.id)).ended_at = NOW
    assert (await ken.get("/staff")).url.path == "/staff/sign-in"


async def test_case_79_a_code_with_a_space_and_an_email_with_hidden_marks_sign_in(
    browser: Browser, secret: str, clock: StillClock
) -> None:
    code = code_at(secret, clock())
    entered = await enters(browser, f"{code[:3]} {code[3:]}\u200b", "\ufeffmaria@harbor.example")
    assert entered.url.path == "/staff"


@pytest.mark.parametrize(("first", "second"), [("NFC", "NFD"), ("NFD", "NFC")])
async def test_case_82_an_accent_typed_on_another_device_is_the_same_password(
    signed_in: Enter, cast: Cast, browser: Browser, clock: StillClock, first: Form, second: Form
) -> None:
    maria, password = await signed_in(cast.maria), "l'été dernier à Évian"
    secret = await offered_secret(maria)
    form = {"password": normalize(first, password), "secret": secret, "code": code_at(secret, clock())}
    await maria.submit("/staff/account", form)
    clock.move(seconds=30)
    entered = await enters(browser, code_at(secret, clock()), password=normalize(second, password))
    assert entered.url.path == "/staff"


async def test_case_82_a_password_hashed_as_it_was_typed_still_works(
    browser: Browser, secret: str, clock: StillClock, cast: Cast, database: Database
) -> None:
    apart = normalize("NFD", "l'été dernier à Évian")
    async with database.writing() as db:
        (await db.get_one(Staff, cast.maria.id)).password_hash = passwords._hasher.hash(apart)
    assert (await enters(browser, code_at(secret, clock()), password=apart)).url.path == "/staff"


async def test_case_129_one_email_in_two_clinics_opens_the_clinic_of_its_code(
    app: Litestar, secret: str, clock: StillClock, cast: Cast, database: Database
) -> None:
    """The same password in both: the code of the authenticator app tells which clinic is meant."""
    other = staff_totp.new_totp_secret()
    async with database.writing() as db:
        work = work_by(db, cast.tom)
        added = await staff_accounts.add_staff(work, "Maria Alvarez", "maria@harbor.example", Role.CLINICIAN)
        assert isinstance(added, Staff)
        added.password_hash, added.totp = passwords._hasher.hash(PASSWORD), other
    for its_secret, patient, other_clinics in ((secret, "Rosa Delgado", "Helen"), (other, "Helen Marsh", "Rosa")):
        device = Browser(app)
        await enters(device, code_at(its_secret, clock()))
        page = words(await device.get("/staff/patients"))
        assert patient in page
        assert other_clinics not in page
        await device.close()
    async with database.writing() as db:
        again = await staff_accounts.add_staff(
            work_by(db, cast.maria), "Maria", " MARIA@harbor.example", Role.CLINICIAN
        )
        assert again == Refused("taken")


async def test_a_link_that_nobody_issued_lets_nobody_in(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        assert await signing_in.enter_by_link(db, "made up", "iPhone", NOW) == Refused("link")
