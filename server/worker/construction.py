"""Put a worker together from the settings: its channels, its sender, its monitor."""

from server import crypto
from server.channels.email import EmailChannel, read_server
from server.channels.protocol import Channel
from server.channels.push.channel import PushChannel
from server.channels.push.host_list import HostList
from server.channels.text import TextChannel
from server.clock import Clock, system_clock
from server.db import Database
from server.delivery.sender import Sender
from server.settings import Settings
from server.worker.liveness_ping import LivenessPing
from server.worker.worker import Worker

LOCK_TIMEOUT = 5.0  # seconds that a worker waits for a row before it tries again later (case 135)


def make_worker(settings: Settings, clock: Clock = system_clock, database: Database | None = None) -> Worker:
    keyring = crypto.load_keyring(settings.secret_keys)
    crypto.use(keyring)
    database = database or Database(settings.database_url, lock_timeout=LOCK_TIMEOUT)
    push = PushChannel(
        keyring.vapid,
        settings.vapid_subject,
        HostList.parse(settings.push_services, base_url_is_loopback=settings.is_loopback),
        now=clock,
    )
    others: list[Channel] = []
    if settings.text_url:
        others.append(TextChannel(settings.text_url))
    if settings.smtp_url:
        others.append(EmailChannel(read_server(settings.smtp_url), now=clock))
    sender = Sender(database, push, clock, settings.base_url, others)
    return Worker(database, sender, clock, liveness_ping=LivenessPing(settings.ping_url) if settings.ping_url else None)
