"""The naive sender: a loop that queries due rows and sends them one by one."""

import sqlite3
from pathlib import Path

from pywebpush import webpush  # the library's own sending, as its README shows it

from tests.stories import browser_keys

PAYLOAD = '{"title":"You have a visit coming up","body":"Open to see when, and to say if you can come."}'


def fill(path: Path, endpoints: list[str]) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE reminder (id INTEGER PRIMARY KEY, endpoint, p256dh, auth, sent_at)")
        rows = [(endpoint, *browser_keys()) for endpoint in endpoints]
        database.executemany("INSERT INTO reminder (endpoint, p256dh, auth) VALUES (?, ?, ?)", rows)


def send_all(path: Path, vapid_private_key: str) -> int:
    """Returns how many were sent."""
    database = sqlite3.connect(path)
    sent = 0
    due = database.execute("SELECT id, endpoint, p256dh, auth FROM reminder WHERE sent_at IS NULL").fetchall()
    for key, endpoint, p256dh, auth in due:
        webpush(
            {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}},
            PAYLOAD,
            vapid_private_key=vapid_private_key,
            vapid_claims={"sub": "mailto:push@clinic.example"},
            ttl=3600,
            timeout=10,
        )
        database.execute("UPDATE reminder SET sent_at = CURRENT_TIMESTAMP WHERE id = ?", (key,))
        database.commit()
        sent += 1
    database.close()
    return sent
