"""One-time codes of an authenticator app (RFC 6238)."""

from datetime import timedelta

import pytest

from server.access.staff import totp
from tests.access.staff.scene import code_at, enters
from tests.browser_without_screen import Browser
from tests.cast import NOW
from tests.conftest import StillClock

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_code_matches_its_own_step_on_a_clock_one_step_off(seconds: int) -> None:
    moment = NOW + timedelta(seconds=seconds)
    assert totp.matching_step(SECRET, code_at(SECRET, moment), NOW) == int(moment.timestamp()) // 30


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_code_two_steps_off_does_not_match(seconds: int) -> None:
    assert totp.matching_step(SECRET, code_at(SECRET, NOW + timedelta(seconds=seconds)), NOW) is None


def test_a_code_of_another_secret_does_not_match() -> None:
    other = totp.new_totp_secret()
    assert other != totp.new_totp_secret()
    assert totp.matching_step(SECRET, code_at(other, NOW), NOW) is None
    assert totp.matching_step(SECRET, f" {code_at(SECRET, NOW)} ", NOW) is not None


@pytest.mark.usefixtures("light_hashing")
@pytest.mark.parametrize("drift", [-30, 30])
async def test_a_clock_one_step_off_is_accepted(browser: Browser, secret: str, clock: StillClock, drift: int) -> None:
    clock.move(seconds=60)
    code = code_at(secret, clock())
    clock.move(seconds=drift)
    assert (await enters(browser, code)).url.path == "/staff"
