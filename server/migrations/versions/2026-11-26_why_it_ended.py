"""Why a rule ended; who ended a check-in plan, and why."""

import sqlalchemy as sa
from alembic import op

from server.migrations.altering import altering

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("trigger", sa.Column("end_reason_sealed", sa.LargeBinary, nullable=True))
    with altering("plan") as table:
        table.add_column(sa.Column("ended_by", sa.String(32), nullable=True))
        table.add_column(sa.Column("end_reason_sealed", sa.LargeBinary, nullable=True))
        table.create_foreign_key("fk_plan_ended_by", "staff", ["ended_by"], ["id"])


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
