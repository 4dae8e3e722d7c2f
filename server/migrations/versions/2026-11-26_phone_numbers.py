"""Phone numbers as they are dialled, beside what was typed; the clinic's country; where text messages may go.

A number that cannot be read keeps its text, gets no dial string, and is on the worklist of numbers to check.
"""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from server import crypto
from server.migrations.altering import altering
from server.phone_numbers import countries as number_countries
from server.phone_numbers import reading
from server.phone_numbers.parts import BadNumber
from server.phone_numbers.reading import Dialable

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LINES = ("phone", "emergency_number", "crisis_line")
OWN = (("patient", "phone"), ("patient", "helper_phone"), ("staff", "phone"))
SHORTEST_SEALED = 28  # bytes of nonce and tag
Read = Callable[[str, str], Dialable]


def upgrade() -> None:
    with altering("clinic") as table:
        table.add_column(sa.Column("country", sa.String(2), nullable=False, server_default="US"))
        table.add_column(sa.Column("text_countries", sa.JSON, nullable=False, server_default="[]"))
        for name in LINES:
            table.add_column(sa.Column(f"{name}_tel", sa.String(40), nullable=True))
        table.add_column(sa.Column("crisis_line_texts", sa.Boolean, nullable=False, server_default=sa.false()))
    with altering("clinic") as table:
        table.alter_column("country", server_default=None)
        table.alter_column("text_countries", server_default=None)
        table.alter_column("crisis_line_texts", server_default=None)
    for table_name, name in OWN:
        op.add_column(table_name, sa.Column(f"{name}_tel_sealed", sa.LargeBinary, nullable=True))
    connection = op.get_bind()
    countries = _read_clinics(connection)
    for table_name, name in OWN:
        _read_own(connection, table_name, name, countries)


def _read_clinics(connection: sa.Connection) -> dict[str, str]:
    """The country of each clinic by its id."""
    clinic = sa.table("clinic", *(sa.column(name) for name in ("id", "zone", "country", *LINES)))
    written = ("id", "country", "crisis_line_texts", *(f"{name}_tel" for name in LINES))
    dialled = sa.table("clinic", *(sa.column(name) for name in written))
    countries = {}
    for row in connection.execute(sa.select(clinic)).mappings().all():
        country = countries[row["id"]] = number_countries.country_of_zone(row["zone"])
        tels = {f"{name}_tel": _tel(row[name], country, reading.read_line) for name in LINES}
        texts = country in ("US", "CA") and tels["crisis_line_tel"] == "988"  # known to answer texts
        values = {"country": country, "crisis_line_texts": texts, **tels}
        connection.execute(dialled.update().where(dialled.c.id == row["id"]).values(values))
    return countries


def _read_own(connection: sa.Connection, table_name: str, name: str, countries: dict[str, str]) -> None:
    kept, dialled = f"{name}_sealed", f"{name}_tel_sealed"
    table = sa.table(table_name, *(sa.column(column) for column in ("id", "clinic_id", kept, dialled)))
    for row in connection.execute(sa.select(table).where(table.c[kept].is_not(None))).mappings().all():
        typed = _unsealed(row[kept], f"{table_name}.{name}:{row['id']}")
        if tel := _tel(typed, countries[row["clinic_id"]], reading.read_own):
            sealed = crypto.seal(tel, f"{table_name}.{name}_tel:{row['id']}")
            connection.execute(table.update().where(table.c.id == row["id"]).values({dialled: sealed}))


def _unsealed(blob: bytes, bound: str) -> str:
    """Raises MissingKey: with another keyring every number would look unreadable."""
    crypto.keyring()
    if len(blob) < SHORTEST_SEALED:
        return ""
    try:
        return crypto.unseal(blob, bound)
    except ValueError:
        return ""


def _tel(typed: str, country: str, read: Read) -> str | None:
    try:
        return read(typed, country).tel
    except BadNumber:
        return None


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
