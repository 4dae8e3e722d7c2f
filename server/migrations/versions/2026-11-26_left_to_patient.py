"""Check-ins that were sent without the questions for the patient alone."""

import sqlalchemy as sa
from alembic import op

from server.migrations.altering import altering

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with altering("check_in") as table:
        table.add_column(sa.Column("left_to_patient", sa.Boolean, nullable=False, server_default=sa.false()))
    with altering("check_in") as table:
        table.alter_column("left_to_patient", server_default=None)
    check_in = sa.table("check_in", *(sa.column(name) for name in ("id", "state", "left_to_patient")))
    response = sa.table("response", sa.column("check_in_id"), sa.column("undone_at"))
    stands = sa.exists().where(response.c.check_in_id == check_in.c.id, response.c.undone_at.is_(None))
    op.execute(check_in.update().where(check_in.c.state == "waiting", stands).values(left_to_patient=sa.true()))


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
