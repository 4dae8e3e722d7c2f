"""Drafts by party; the respondent of answers that were set aside; a cancelled day can be booked again."""

import sqlalchemy as sa
from alembic import op

from server.migrations.altering import altering

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("party", sa.String(10), nullable=False, server_default="patient"))
    op.execute("UPDATE draft SET party = 'helper' WHERE respondent = 'helper'")
    with altering("draft") as table:
        table.alter_column("party", server_default=None)
        table.drop_constraint("uq_draft_check_in_id_link_id", type_="unique")
        table.create_unique_constraint("uq_draft_check_in_id_party_link_id", ["check_in_id", "party", "link_id"])
    op.add_column("set_aside", sa.Column("respondent", sa.String(10), nullable=False, server_default="self"))
    with altering("set_aside") as table:
        table.alter_column("respondent", server_default=None)
    with altering("check_in") as table:
        table.drop_constraint("uq_check_in_plan_id_due_at", type_="unique")
    _unique("uq_check_in_occasion", ["plan_id", "due_at"], "appointment_id IS NULL")
    _unique("uq_check_in_visit", ["plan_id", "appointment_id"], "state = 'waiting'")


def _unique(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "check_in", columns, unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
