"""A thousand patients, each with a phone and a reminder, all due at the same moment."""

from datetime import datetime, timedelta
from uuid import uuid4

from server import crypto, migrations
from server.access.models import Device, Subscription
from server.db import Base, Database, new_id
from server.people.models import Patient
from server.reminders.models import Reminder
from tests.cast import NOW, Cast, gather
from tests.channels.push_service import Phone
from tests.faults.due_patients import KEYRING
from tests.faults.services import Services

DUE = NOW + timedelta(hours=1)


async def gather_crowd(url: str, services: Services, many: int, due: datetime = DUE) -> None:
    crypto.use(KEYRING)
    phone = Phone()  # all phones share these keys, because keys take time to make; each has its own endpoint
    database = Database(url)
    await migrations.upgrade(database)
    async with database.writing() as db:
        cast = await gather(db)
        people = [_patient(cast, number) for number in range(many)]
        db.add_all(people)
        await db.flush()
        devices = [_device(patient) for patient in people]
        db.add_all(devices)
        await db.flush()
        db.add_all(each for device in devices for each in _due(device, services, phone, due))
    await database.close()


def _patient(cast: Cast, number: int) -> Patient:
    return Patient(clinic_id=cast.harbor.id, name=f"Patient {number}", zone=cast.harbor.zone)


def _device(patient: Patient) -> Device:
    return Device(clinic_id=patient.clinic_id, patient_id=patient.id, name="iPhone", joined_at=NOW, seen_at=NOW)


def _due(device: Device, services: Services, phone: Phone, due: datetime) -> tuple[Base, Base]:
    name = uuid4().hex
    services.phones[name] = phone
    address = phone.address(services.endpoint(name))
    subscription = Subscription(
        clinic_id=device.clinic_id,
        device_id=device.id,
        endpoint=address.endpoint,
        endpoint_hash=crypto.keyed_hash(address.endpoint, "endpoint"),
        p256dh=address.p256dh,
        auth=address.auth,
        vapid_key=next(iter(KEYRING.vapid)),
        started_at=NOW,
    )
    return subscription, _reminder(device, due)


def _reminder(device: Device, due: datetime) -> Reminder:
    return Reminder(
        clinic_id=device.clinic_id,
        patient_id=device.patient_id,
        kind="visit",
        subject_id=new_id(),
        moment=due,
        next_at=due,
        expires_at=due + timedelta(hours=4),
        path="/",
    )
