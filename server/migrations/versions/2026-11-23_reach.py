"""Combined reminders; breakers; when we asked a silent device; each attempt's service; a check-in's own day."""

import sqlalchemy as sa
from alembic import op

from server.migrations.altering import altering

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with altering("reminder") as table:
        table.add_column(sa.Column("lead_id", sa.String(32), nullable=True))
        table.add_column(sa.Column("said_at", MOMENT, nullable=True))
        table.create_foreign_key("fk_reminder_lead_id", "reminder", ["lead_id"], ["id"])
        table.create_index("ix_reminder_lead_id", ["lead_id"])
        table.create_index("ix_reminder_said", ["patient_id", "said_at"])
    _with_default("attempt", sa.Column("service", sa.String(253), nullable=False, server_default=""))
    _with_default("clinic", sa.Column("silent_days", sa.Integer, nullable=False, server_default="14"))
    op.add_column("device", sa.Column("asked_at", MOMENT, nullable=True))
    op.add_column("attempt", sa.Column("late", sa.Float, nullable=True))
    op.add_column("check_in", sa.Column("day", sa.String(10), nullable=True))
    _with_default("draft", sa.Column("as_before", sa.Boolean, nullable=False, server_default=sa.false()))
    _with_default("response", sa.Column("as_before", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("response", sa.Column("undone_at", MOMENT, nullable=True))
    op.create_table(
        "breaker",
        sa.Column("service", sa.String(253), nullable=False),
        sa.Column("refused", sa.JSON, nullable=False),
        sa.Column("status", sa.Integer, nullable=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("probe_at", MOMENT, nullable=True),
        sa.Column("id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_breaker"),
        sa.UniqueConstraint("service", name="uq_breaker_service"),
    )


def _with_default(table: str, column: sa.Column[object]) -> None:
    """Existing rows get the default; new rows get their value from the models."""
    op.add_column(table, column)
    with altering(table) as batch:
        batch.alter_column(column.name, server_default=None)


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
