"""Set up what is missing: the schema, and the demo clinic in an empty database."""

from server import demo, migrations
from server.clock import system_clock
from server.db import Database
from server.operations import keyring_file
from server.settings import Settings


async def prepare(given: Settings) -> demo.Invitation | None:
    """Upgrade the schema and seed the demo. Returns how to sign in to the demo; None if this is not demo data."""
    database = Database(given.database_url)
    try:
        print("  [1/3] the database schema", flush=True)
        await migrations.upgrade(database)
        await keyring_file.check(database)
        print("  [2/3] the demo clinic", flush=True)
        await demo.seed_when_empty(database, system_clock(), lambda line: print(f"        {line}", flush=True))
        return await demo.invite(database, given, system_clock())
    finally:
        await database.close()
