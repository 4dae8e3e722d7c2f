"""Phones that ask to be approved, and the caregivers who may approve a patient's phone."""

import sqlalchemy as sa
from alembic import op

from server.migrations.altering import altering

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("caregiver", sa.Column("may_let_in", sa.Boolean, nullable=False, server_default=sa.false()))
    with altering("caregiver") as table:
        table.alter_column("may_let_in", server_default=None)
    op.create_table(
        "join_request",
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("device_name", sa.String(60), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("let_in_at", MOMENT, nullable=True),
        sa.Column("pairing_id", sa.String(32), nullable=True),
        sa.Column("id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["pairing_id"], ["pairing_code.id"], name="fk_join_request_pairing_id"),
        sa.PrimaryKeyConstraint("id", name="pk_join_request"),
        sa.UniqueConstraint("token_hash", name="uq_join_request_token_hash"),
    )
    op.create_index("ix_join_request_code_hash", "join_request", ["code_hash"])


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
