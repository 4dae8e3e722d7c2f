"""An urgent flag that nobody takes escalates along the on-call rota, while the worker is killed (case 73)."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from server import crypto, migrations
from server.access.models import Subscription
from server.actor import Actor, ActorKind
from server.channels.push.host_list import HostList
from server.db import Database, Work
from server.devices import subscriptions
from server.people import on_call
from server.people.on_call import Contact
from tests.cast import NOW, Cast, gather, work_by
from tests.faults.crash_matrix import PENDING, World
from tests.faults.due_patients import KEYRING
from tests.faults.services import Services
from tests.stories import STEADY, answered, device_of, due_check_in

END = NOW + timedelta(minutes=40)  # before the rota starts over
NUMBERS = {"maria@harbor.example": "12125550150", "ken@harbor.example": "12125550151"}


async def tell(url: str, services: Services) -> None:
    """Rosa fell. Ruth has a phone that takes alerts. Maria is on call, then Ken, each by text and by email."""
    crypto.use(KEYRING)
    database = Database(url)
    await migrations.upgrade(database)
    async with database.writing() as db:
        cast = await gather(db)
        await _phone_of_ruth(db, cast, services)
        contacts = {
            cast.maria.id: Contact(1, NUMBERS["maria@harbor.example"]),
            cast.ken.id: Contact(2, NUMBERS["ken@harbor.example"]),
        }
        assert await on_call.change(work_by(db, cast.ruth), cast.harbor, contacts, 10) is None
        await answered(db, cast.rosa, await due_check_in(db, cast.rosa), STEADY | {"fall": True})
    await database.close()


async def _phone_of_ruth(db: AsyncSession, cast: Cast, services: Services) -> None:
    device = await device_of(db, cast.ruth)
    actor = Actor(ActorKind.STAFF, cast.ruth.id, cast.ruth.clinic_id, device_id=device.id)
    hosts = HostList.parse(f"127.0.0.1:{services.push.port}", base_url_is_loopback=True)
    address = services.phones["ruth"].address(services.endpoint("ruth"))
    taken = await subscriptions.subscribe(
        Work(db, actor, NOW), subscriptions.NewSubscription(address.endpoint, address.p256dh, address.auth), hosts
    )
    assert isinstance(taken, Subscription), taken


def wrong(calm: World, world: World) -> list[str]:
    """The faults: no alert on the phone, or a contact who was not notified or was notified twice on one channel."""
    found = [f"a reminder is still {state}" for state in world.states.values() if state in PENDING]
    if world.contacts_notified != calm.contacts_notified:
        found.append(f"{world.contacts_notified} contacts notified, not {calm.contacts_notified}")
    alerts = sum(world.pushes.values())
    if not 1 <= alerts <= 2 or len(world.pushes) != 1:
        found.append(f"the alert was pushed {alerts} times, under {len(world.pushes)} topics")
    for email, number in NUMBERS.items():
        texts, letters = world.texts[number], world.written_to[email]
        if not texts and not letters:
            found.append(f"{email} was told in no way")
        if texts > 1 or letters > 1:
            found.append(f"{email} got {texts} texts and {letters} letters")
    return found + ["a push whose tag is not its Topic"] * world.odd_tags
