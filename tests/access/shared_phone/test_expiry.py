"""How long the sessions of a phone with several patients last, and what an expired one says (cases 97 and 98)."""

from sqlalchemy import update

from server.access.models import Device, DeviceSession, Subscription
from server.audit import AuditEvent
from server.db import Database
from server.people.models import Caregiver
from server.web.cookies import OTHERS_COOKIE, PERSON_COOKIE
from tests.access.shared_phone.scene import device_for, switches_to
from tests.browser_without_screen import Browser, markup, words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.stories import push_subscription, rows


async def test_case_97_using_one_patients_page_prolongs_every_session_of_the_phone_and_both_cookies(
    phone: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    """Luis has looked at Helen alone for longer than a session lasts."""
    for _ in range(3):
        clock.move(days=200)
        used = await phone.get("/settings")
        names = [cookie.partition("=")[0] for cookie in used.headers.get_list("set-cookie")]
        assert {PERSON_COOKIE, OTHERS_COOKIE} <= set(names)
    assert "You also help Rosa Delgado" in words(await phone.get("/"))
    await switches_to(phone, database, cast.rosa)
    assert "For Rosa Delgado" in markup(await phone.get("/settings"))
    prolonged = await rows(database, AuditEvent, AuditEvent.verb == "session.prolonged")
    assert sorted(event.actor_id for event in prolonged) == sorted([*3 * [cast.luis.id], *3 * [await helens(database)]])


async def helens(database: Database) -> str:
    [caregiver] = await rows(database, Caregiver, Caregiver.relation == "friend")
    return caregiver.id


async def given_rosas_session_has_expired(database: Database, cast: Cast, clock: StillClock) -> Device:
    device = await device_for(database, cast.rosa)
    async with database.writing() as db:
        await db.execute(update(DeviceSession).where(DeviceSession.device_id == device.id).values(expires_at=clock()))
    return device


async def test_case_97_reminders_still_come_about_whom_a_session_has_expired_until_somebody_reads_that(
    phone: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    await phone.post_json("/push/subscriptions", push_subscription())
    device = await given_rosas_session_has_expired(database, cast, clock)
    home = words(await phone.get("/"))
    assert "This phone is signed out for Rosa Delgado. You hadn't opened it for more than a year" in home
    assert "no longer come here" not in home
    assert "Reminders about Rosa Delgado stop here once you've read this" in home
    living = await rows(database, Subscription, Subscription.ended_at.is_(None))
    assert device.id in {each.device_id for each in living}
    assert "signed out for Rosa" not in words(await phone.submit("/switch/ended"))
    [left] = await rows(database, Subscription, Subscription.ended_at.is_(None))
    assert left.device_id == (await device_for(database, cast.helen)).id
    [ended] = await rows(database, Device, Device.ended_at.is_not(None))
    assert (ended.id, ended.end_reason) == (device.id, "expired")


async def test_case_98_an_expired_session_says_that_reminders_may_still_come(
    signed_in: Enter, cast: Cast, clock: StillClock
) -> None:
    rosa = await signed_in(cast.rosa)
    clock.move(days=401)
    ended = words(await rosa.get("/"))
    assert "You hadn't opened Interlude here for more than a year" in ended
    assert "Reminders may still come to this phone" in ended


async def test_case_98_where_every_session_has_ended_the_page_asks_for_what_waits_of_each(
    phone: Browser, cast: Cast, database: Database, clock: StillClock
) -> None:
    helens = await device_for(database, cast.helen)
    clock.move(days=401)
    page = await phone.get("/")
    assert f'data-owner="{helens.caregiver_id} {cast.luis.id}"' in page.text
