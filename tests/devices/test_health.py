"""Which devices show reminders, and how we know (cases 23, 34, 37)."""

from datetime import timedelta

from sqlalchemy import update

from server import crypto
from server.access.joining import flow as joining
from server.access.models import Device
from server.access.rules import SessionEnd
from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.clock import to_wall
from server.db import Database
from server.delivery import receipts
from server.devices import health
from server.reminders.models import Reminder
from server.reminders.states import AttemptState, ReminderKind
from tests.access.scene import agreeing
from tests.browser_without_screen import words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter
from tests.faults.test_clock import Running
from tests.faults.wrong_clock import FAR
from tests.reminders.scene import Scene
from tests.stories import device_of, push_subscription, rows, subscribed

DAY = timedelta(days=1)


async def test_a_silent_device_gets_a_notification_that_asks_to_open_the_app(scene: Scene) -> None:
    scene.clock.move(days=15)
    for _ in range(3):
        async with scene.database.writing() as db:
            await health.ask_silent(db, scene.clock())
    await scene.run()
    asked = [r for r in await rows(scene.database, Reminder) if r.kind == ReminderKind.DEVICE_CHECK]
    assert [(reminder.device_id, reminder.state) for reminder in asked] == [(scene.phone.device_id, "sent")]
    assert "Do reminders still reach you?" in scene.push.sent[-1][1].body


async def test_a_shown_push_counts_as_a_sign_of_life(scene: Scene) -> None:
    await scene.due()
    async with scene.database.writing() as db:
        await receipts.take_receipt(db, scene.push.token(), AttemptState.SHOWN, scene.clock())
        [device] = await health.of_devices(db, [await db.get_one(Device, scene.phone.device_id)], scene.clock())
    assert (device.word, device.signs.shown_at) == ("reached", scene.clock())


async def test_a_patient_with_a_visit_and_no_phone_is_listed_as_not_reached(
    signed_in: Enter, database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        wall = to_wall(NOW + 7 * DAY, cast.harbor.zone)
        for patient in (cast.rosa, cast.walter):
            await booking.book(work_by(db, cast.maria), patient, NewAppointment(wall))
        await subscribed(db, cast.luis)  # Luis is Rosa's caregiver, so she is reached through him
        await device_of(db, cast.walter)
    maria = await signed_in(cast.maria)
    page = words(await maria.get("/staff?show=unreached"))
    listed = page[page.index("No phone gets reminders") :]
    assert cast.walter.name in listed
    assert "not turned on" in listed
    assert cast.rosa.name not in listed


async def test_case_97_the_other_phones_of_a_person_whose_phone_was_taken_are_asked_once(scene: Scene) -> None:
    """Rosa's other phone, and the phones of her caregivers, hear that one of them may not get reminders any more."""
    async with scene.database.writing() as db:
        taken = await device_of(db, scene.cast.rosa, scene.clock())
        taken.end_reason, taken.ended_at = SessionEnd.NEW_OWNER, scene.clock()
    for _ in range(3):
        async with scene.database.writing() as db:
            await health.ask_silent(db, scene.clock())
    await scene.run()
    asked = [r for r in await rows(scene.database, Reminder) if r.kind == ReminderKind.DEVICE_CHECK]
    assert [(reminder.device_id, reminder.state) for reminder in asked] == [(None, "sent")]
    assert "Do reminders still reach you?" in scene.push.sent[-1][1].body


async def test_case_97_staff_read_that_somebody_else_has_joined_on_a_patients_phone(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    phone = await signed_in(cast.rosa)
    await phone.post_json("/push/subscriptions", push_subscription())
    async with database.writing() as db:
        code = await joining.issue_pairing(work_by(db, cast.maria), cast.walter, None)
    joined = await phone.submit("/join", agreeing(code))
    assert "This is Walter Brandt's phone now" in words(joined)
    assert "Reminders for Rosa Delgado no longer come here" in words(joined)
    async with database.reading() as db:
        why = await health.reasons(work_by(db, cast.maria), [cast.rosa.id, cast.walter.id, cast.helen.id])
    assert why == {cast.rosa.id: "taken", cast.walter.id: "never", cast.helen.id: "no-device"}
    other = await signed_in(cast.rosa)
    await other.post_json("/push/subscriptions", push_subscription())
    async with database.reading() as db:
        assert await health.reasons(work_by(db, cast.maria), [cast.rosa.id]) == {cast.rosa.id: None}


async def test_case_34_the_page_shows_how_far_a_key_rotation_has_come(
    database: Database, cast: Cast, keyring: crypto.Keyring
) -> None:
    async with database.writing() as db:
        await subscribed(db, cast.rosa)
        await subscribed(db, cast.luis)
        new = crypto.new_keyring().vapid
        crypto.use(crypto.Keyring(keyring.data, keyring.lookup, new | keyring.vapid, keyring.outbox))
        await subscribed(db, cast.walter)
        assert await health.by_vapid_key(db) == {next(iter(new)): 1, next(iter(keyring.vapid)): 2}


async def test_case_134_a_device_that_was_asked_in_the_future_is_not_called_silent(
    running: Running, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        await db.execute(update(Device).values(asked_at=FAR))
    await running.tick()
    assert {device.asked_at for device in await rows(database, Device)} == {None}
