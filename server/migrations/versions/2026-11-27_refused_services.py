"""The push services that were turned away, counted."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_service",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("service", sa.String(260), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refused_service"),
        sa.UniqueConstraint("service", name="uq_refused_service_service"),
    )


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
