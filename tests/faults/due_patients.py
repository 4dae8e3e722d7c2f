"""The patients for whom the killed workers work. Each is reached in another way, so that every way is interrupted."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from server import crypto, migrations
from server.access.models import Subscription
from server.actor import Actor
from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.channels.push.host_list import HostList
from server.clock import to_wall
from server.db import Database, Work
from server.devices import subscriptions
from server.people import flow as people
from server.people.flow import NewPatient
from server.people.models import Caregiver, Patient
from server.phone_numbers import reading as numbers
from server.settings import Settings
from tests.cast import NOW, Cast, acting, gather, work_by
from tests.faults.services import Services
from tests.stories import device_of, due_check_in

KEYRING = crypto.new_keyring()
END = NOW + timedelta(hours=4)  # an hour after the visits
ANSWERS = {"rosa": [201], "luis": [201], "walter": [410], "helen": [503, 201]}


def settings_for(url: str, services: Services) -> Settings:
    return Settings(
        database_url=url,
        base_url="http://localhost:8000",
        secret_keys=crypto.dump_keyring(KEYRING),
        push_services=f"127.0.0.1:{services.push.port}",
        push_subject="mailto:push@interlude.example",
        smtp_url=f"smtp://127.0.0.1:{services.mail_port}?from=care@harbor.example",
        text_url=f"json://127.0.0.1:{services.text_port}/{{to}}",
    )


async def tell(url: str, services: Services) -> None:
    """A database with the schema, the cast, and everything that is due in the next hours.

    Rosa: two phones, then a text, then an email. Walter: a phone that has ended, then nobody. Helen: a check-in, on a
    service that is busy at first. Ines: email alone. Jon: text alone.
    """
    crypto.use(KEYRING)
    services.answers = dict(ANSWERS)
    database = Database(url)
    await migrations.upgrade(database)
    async with database.writing() as db:
        cast = await gather(db)
        await _phones(db, cast, services)
        await _other_ways(db, cast)
        for patient in (cast.rosa, cast.walter, await _ines(db, cast), await _jon(db, cast)):
            await _visit(db, cast, patient)
        await due_check_in(db, cast.helen)
    await database.close()


async def phone_of(db: AsyncSession, person: Patient | Caregiver, name: str, services: Services) -> Subscription:
    device = await device_of(db, person)
    actor = Actor(acting(person).kind, person.id, person.clinic_id, device_id=device.id)
    hosts = HostList.parse(f"127.0.0.1:{services.push.port}", base_url_is_loopback=True)
    address = services.phones[name].address(services.endpoint(name))
    taken = await subscriptions.subscribe(
        Work(db, actor, device.joined_at),
        subscriptions.NewSubscription(address.endpoint, address.p256dh, address.auth),
        hosts,
    )
    assert isinstance(taken, Subscription), taken
    return taken


async def _phones(db: AsyncSession, cast: Cast, services: Services) -> None:
    whose = {"rosa": cast.rosa, "luis": cast.luis, "walter": cast.walter, "helen": cast.helen}
    for name, person in whose.items():
        assert isinstance(person, Patient | Caregiver)
        await phone_of(db, person, name, services)


async def _other_ways(db: AsyncSession, cast: Cast) -> None:
    cast.rosa.email = "rosa@example.org"
    people.set_number(cast.rosa, "phone", numbers.read_own("+1 212 555 0101", "US"))
    await people.set_text_consent(work_by(db, cast.rosa), cast.rosa, True)


async def _ines(db: AsyncSession, cast: Cast) -> Patient:
    new = NewPatient("Ines Moreau", cast.harbor.zone, email="ines@example.org")
    return await people.register_patient(work_by(db, cast.maria), new)


async def _jon(db: AsyncSession, cast: Cast) -> Patient:
    new = NewPatient("Jon Hale", cast.harbor.zone, phone="+1 212 555 0102")
    jon = await people.register_patient(work_by(db, cast.maria), new)
    await people.set_text_consent(work_by(db, jon), jon, True)
    return jon


async def _visit(db: AsyncSession, cast: Cast, patient: Patient) -> None:
    """A visit in three hours. Of its reminders, only the one two hours before is still to come."""
    starts: datetime = to_wall(NOW + timedelta(hours=3), cast.harbor.zone)
    await booking.book(work_by(db, cast.maria), patient, NewAppointment(starts))
