"""Who stays when somebody joins, switches or is signed out on a phone with several patients (case 97)."""

from server.access.models import Device, Subscription
from server.access.shared_phone import flow
from server.access.shared_phone.rules import Tokens
from server.db import Database
from tests.access.shared_phone.scene import JoinsFor, device_for
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.stories import push_subscription, rows


async def living(database: Database) -> list[Device]:
    return await rows(database, Device, Device.ended_at.is_(None), Device.staff_id.is_(None))


async def test_case_97_joining_beside_somebody_ends_nothing_and_has_reminders_on_at_once(
    signed_in: Enter, joins_for: JoinsFor, cast: Cast, database: Database
) -> None:
    phone = await signed_in(cast.luis)
    await phone.post_json("/push/subscriptions", push_subscription())
    await joins_for(phone, cast.walter)
    assert len(await living(database)) == 2
    on = await rows(database, Subscription, Subscription.ended_at.is_(None))
    assert {each.device_id for each in on} == {each.id for each in await living(database)}
    assert len({(each.endpoint, each.p256dh, each.auth) for each in on}) == 1


async def test_case_97_a_fifth_patient_is_not_kept_beside_four(
    phone: Browser, joins_for: JoinsFor, cast: Cast, database: Database
) -> None:
    await joins_for(phone, cast.walter)
    assert len(await living(database)) == 3
    await joins_for(phone, cast.walter, name="Ana Brandt")  # of the same patient: she takes the phone over
    [left] = await living(database)
    assert left.name
    assert {each.end_reason for each in await rows(database, Device, Device.ended_at.is_not(None))} == {"new-owner"}


async def test_case_97_a_token_that_nobody_has_is_no_session(database: Database, phone: Browser, cast: Cast) -> None:
    async with database.reading() as db:
        assert await flow.seats(db, ["unknown", ""]) == []
        assert await flow.switch(db, Tokens("unknown"), "device") is None
        assert await flow.ended_here(db, Tokens("unknown", ("other",)), NOW) == []
        helens = await device_for(database, cast.helen)
        assert await flow.switch(db, Tokens("unknown"), helens.id) is None
