"""Whether web and worker may start. It is not in `setup`, because that module loads the demo."""

from server import migrations
from server.db import Database
from server.operations import keyring_file
from server.settings import BadSetting


async def check_ready(database: Database) -> None:
    """Raise BadSetting if the schema is behind, or MissingKey if the keys can't decrypt the stored data."""
    if await migrations.is_behind(database):
        raise BadSetting("the database schema is behind; run `interlude migrate` first")
    await keyring_file.check(database)
