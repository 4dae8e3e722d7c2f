"""Accounts of staff: sign-in links, passwords, and TOTP secrets (cases 63, 65, 66, 67)."""

import re

import pytest
from litestar import Litestar

from server.access.models import StaffLink
from server.access.staff import accounts as staff_accounts
from server.db import Database
from server.people.models import Staff
from tests.access.staff.scene import PASSWORD, code_at, offered_secret
from tests.browser_without_screen import Browser, words
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import rows

pytestmark = pytest.mark.usefixtures("light_hashing")


async def test_case_65_a_link_ends_after_a_day_or_when_a_new_one_is_made(
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
async def test_unfit_credentials_are_refused_with_a_reason(
    signed_in: Enter, cast: Cast, clock: StillClock, database: Database, password: str, code: str | None, says: str
) -> None:
    maria = await signed_in(cast.maria)
    secret = await offered_secret(maria)
    form = {"password": password, "secret": secret, "code": code or code_at(secret, clock())}
    refused = await maria.submit("/staff/account", form)
    assert refused.status_code == 422
    assert says in words(refused)
    assert secret in refused.text  # the secret that was scanned stays valid
    assert all(staff.password_hash is None for staff in await rows(database, Staff))


async def test_an_invalid_secret_is_refused(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    for junk in ("", "1!", "é", "A" * 64):
        form = {"password": PASSWORD, "secret": junk, "code": "123456"}
        assert (await maria.submit("/staff/account", form)).status_code == 422, junk


async def test_an_admin_invites_a_colleague_with_a_link(
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
