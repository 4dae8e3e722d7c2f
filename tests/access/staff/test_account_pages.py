"""A staff member sets a password and an authenticator app on the account page."""

import pyotp
import pytest

from server.access.staff import totp
from server.db import Database
from server.people.models import Staff
from tests.browser_without_screen import words
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.stories import rows

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PASSWORD = "a long sentence that nobody guesses"


@pytest.mark.parametrize(
    ("password", "right_code", "taken"), [(PASSWORD, True, True), (PASSWORD, False, False), ("short", True, False)]
)
async def test_the_page_takes_only_a_long_password_and_a_right_code(
    signed_in: Enter, cast: Cast, database: Database, password: str, right_code: bool, taken: bool
) -> None:
    maria = await signed_in(cast.maria)
    secret = totp.new_totp_secret()
    code = pyotp.TOTP(secret).at(NOW) if right_code else "000000"
    page = await maria.submit("/staff/account", {"password": password, "secret": secret, "code": code})
    assert (page.status_code == 200) == taken
    [row] = await rows(database, Staff, Staff.id == cast.maria.id)
    assert (row.password_hash != cast.maria.password_hash) == taken


async def test_the_page_shows_a_qr_code_and_keeps_its_secret_after_an_error(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    assert "data:image/svg" in (await maria.get("/staff/account")).text
    secret = totp.new_totp_secret()
    page = await maria.submit("/staff/account", {"password": "short", "secret": secret, "code": "000000"})
    assert f'value="{secret}"' in page.text
    assert words(page)
