"""Rosa makes a passkey in Settings, signs in with it on Join, and it ends (cases 65, 66)."""

from typing import Any

from playwright.async_api import Browser, CDPSession, Page, Request, expect

from server.access.models import Device, Passkey
from tests.browser.people import phone_of, press, sees
from tests.browser.running_site import RunningSite
from tests.stories import rows

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
ENDED = "This passkey no longer works. Please ask your clinic for a new code."
USE = "Use Face ID or a fingerprint"
AGAIN = """async body => (await fetch("/passkey/sign-in", {
  method: "POST", headers: {"content-type": "application/json", accept: "application/json"}, body})).status"""


async def test_case_66_a_passkey_signs_in_again_and_its_proof_works_once(chromium: Browser, site: RunningSite) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await given_it_has_an_authenticator(rosa)
    await rosa.goto("/settings/phones")
    await press(rosa, USE)
    await sees(rosa, "Remove")
    [passkey] = await rows(site.database, Passkey)
    assert (passkey.patient_id, passkey.caregiver_id) == (site.cast.rosa.id, None)

    await when_the_browser_has_forgotten_her(rosa)
    sent: list[str] = []
    rosa.on("request", lambda request: _note(request, sent))
    await press(rosa, USE)
    await expect(rosa.locator("h1")).to_have_text("All done for now")
    assert len([d for d in await rows(site.database, Device) if d.patient_id == site.cast.rosa.id]) == 2

    # The same proof, sent again, is refused.
    assert await rosa.evaluate(AGAIN, sent[0]) == 400
    await rosa.goto("/settings/phones")
    await rosa.get_by_role("link", name="Remove").click()
    await sees(rosa, "You can't undo this.")
    await rosa.get_by_role("button", name="Remove").click()
    await expect(rosa.get_by_role("button", name=USE)).to_be_visible()
    await when_the_browser_has_forgotten_her(rosa)
    await press(rosa, USE)
    await sees(rosa, ENDED)


async def test_case_121_a_passkey_ends_when_its_phone_signs_out(chromium: Browser, site: RunningSite) -> None:
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await given_it_has_an_authenticator(rosa)
    await rosa.goto("/settings/phones")
    await press(rosa, USE)
    await sees(rosa, "Remove")
    await rosa.goto("/sign-out")
    await sees(rosa, "Your face or finger will no longer sign you in.")
    await press(rosa, "Sign out")
    await rosa.wait_for_url("**/join")
    await press(rosa, USE)
    await sees(rosa, ENDED)
    await rosa.goto("/settings")
    await rosa.wait_for_url("**/join")


async def test_a_caregiver_whose_access_ended_cannot_sign_in_again(chromium: Browser, site: RunningSite) -> None:
    luis = await phone_of(chromium, site, site.cast.luis)
    await given_it_has_an_authenticator(luis)
    await luis.goto("/settings/phones")
    await press(luis, USE)
    await sees(luis, "Remove")
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto("/settings/phones")
    await rosa.get_by_text("Change Luis Delgado's access").click()
    await press(rosa, "End Luis Delgado's access")
    await sees(rosa, "You can't undo this.")
    await press(rosa, "End Luis Delgado's access")
    await luis.goto("/join")
    await press(luis, USE)
    await sees(luis, ENDED)


async def test_case_97_a_passkey_on_somebody_elses_phone_asks_first(chromium: Browser, site: RunningSite) -> None:
    """Rosa's passkey lies on this phone; since then Walter has joined there."""
    phone = await phone_of(chromium, site, site.cast.rosa)
    await given_it_has_an_authenticator(phone)
    await phone.goto("/settings/phones")
    await press(phone, USE)
    await sees(phone, "Remove")
    walters = await phone_of(chromium, site, site.cast.walter)
    await phone.context.clear_cookies()
    await phone.context.add_cookies(await walters.context.cookies())  # type: ignore[arg-type]
    await phone.goto("/join")
    await sees(phone, "This is Walter Brandt's phone")
    await press(phone, USE)
    await sees(phone, "You are Rosa Delgado")
    await sees(phone, "Walter Brandt will be signed out here.")
    await phone.get_by_role("link", name="Not now").click()
    await phone.goto("/settings")
    await sees(phone, "Walter Brandt")
    await phone.goto("/join")
    await press(phone, USE)
    await press(phone, "I agree")
    await expect(phone.locator("h1")).to_have_text("All done for now")
    await phone.goto("/settings")
    await sees(phone, "Rosa Delgado")


async def when_the_browser_has_forgotten_her(phone: Page) -> None:
    """Clears the cookies. Nobody has signed out, and the authenticator keeps its keys."""
    await phone.context.clear_cookies()
    await phone.goto("/join")


async def given_it_has_an_authenticator(phone: Page) -> CDPSession:
    session = await phone.context.new_cdp_session(phone)
    await session.send("WebAuthn.enable")
    options: dict[str, Any] = {"options": AUTHENTICATOR}
    await session.send("WebAuthn.addVirtualAuthenticator", options)
    return session


def _note(request: Request, sent: list[str]) -> None:
    if request.url.endswith("/passkey/sign-in") and request.post_data:
        sent.append(request.post_data)
