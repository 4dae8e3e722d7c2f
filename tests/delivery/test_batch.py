"""To whom a reminder goes, and what its earlier attempts have done (case 123)."""

from server.access.models import Subscription
from server.channels.protocol import ChannelName
from server.db import Database
from server.delivery.batch import Batch, Tried
from server.people.models import Caregiver, Patient
from server.reminders import rules
from server.reminders.models import Reminder
from server.reminders.states import AttemptState
from tests.cast import NOW, Cast
from tests.reminders.scene import Scene, batch_for
from tests.stories import subscribed


async def addressees(scene: Scene, **values: object) -> set[str]:
    """The ids of the subscriptions to which Rosa's reminder goes, with these values."""
    async with scene.database.writing() as db:
        reminder = await db.get_one(Reminder, (await scene.reminder()).id)
        for name, value in values.items():
            setattr(reminder, name, value)
        await db.flush()
        found = (await batch_for(db, [reminder])).subscriptions_for(reminder)
        return {subscription.id for subscription in found}


async def test_a_reminder_goes_to_the_patient_and_the_caregivers(scene: Scene) -> None:
    async with scene.database.writing() as db:
        of_luis = await subscribed(db, scene.cast.luis)
        await subscribed(db, scene.cast.walter)
        await subscribed(db, scene.cast.maria)
    assert await addressees(scene) == {scene.phone.id, of_luis.id}


async def test_case_123_a_question_for_the_patient_alone_goes_to_the_patients_own_devices(scene: Scene) -> None:
    async with scene.database.writing() as db:
        await subscribed(db, scene.cast.luis)
    assert await addressees(scene, audience=rules.PATIENT_ALONE) == {scene.phone.id}


async def test_a_reminder_for_one_device_or_staff_member_goes_to_no_other(scene: Scene) -> None:
    async with scene.database.writing() as db:
        other, of_ken = await subscribed(db, scene.cast.rosa), await subscribed(db, scene.cast.ken)
        await subscribed(db, scene.cast.maria)
    assert await addressees(scene, device_id=other.device_id) == {other.id}
    assert await addressees(scene, staff_id=scene.cast.ken.id) == {of_ken.id}


async def test_an_ended_device_or_caregiver_gets_nothing(scene: Scene) -> None:
    async with scene.database.writing() as db:
        await subscribed(db, scene.cast.luis)
        (await db.get_one(Caregiver, scene.cast.luis.id)).ended_at = NOW
        (await db.get_one(Subscription, scene.phone.id)).ended_at = NOW
    assert await addressees(scene) == set()


def tried(*states: tuple[ChannelName, AttemptState, bool]) -> Batch:
    batch = Batch({}, {})
    batch.tried["r"] = [Tried(channel, state, f"s{n}", took) for n, (channel, state, took) in enumerate(states)]
    return batch


def test_an_attempt_may_have_been_delivered_unless_it_failed() -> None:
    reminder, push, text = Reminder(id="r"), ChannelName.PUSH, ChannelName.TEXT
    batch = tried((push, AttemptState.FAILED, False), (text, AttemptState.UNKNOWN, False))
    assert batch.went_out(reminder)
    assert batch.went_out(reminder, text)
    assert not batch.went_out(reminder, push)
    assert not tried((push, AttemptState.FAILED, False)).went_out(reminder)


def test_only_an_attempt_that_a_service_accepted_counts_as_accepted() -> None:
    push = ChannelName.PUSH
    batch = tried(
        (push, AttemptState.ACCEPTED, True), (push, AttemptState.UNKNOWN, False), (push, AttemptState.SHOWN, True)
    )
    assert batch.took(Reminder(id="r")) == {"s0", "s2"}


async def test_each_reminder_has_its_own_patient_and_clinic(scene: Scene, database: Database, cast: Cast) -> None:
    async with database.reading() as db:
        batch = await batch_for(db, [await scene.reminder()])
        patient: Patient = batch.patients[cast.rosa.id]
        assert (patient.name, batch.clinics[cast.harbor.id].name) == (cast.rosa.name, cast.harbor.name)
