"""Once-only keys of forms that create something."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "once_key",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("path", sa.String(300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("clinic_id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_once_key"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_once_key_clinic_id"),
        sa.UniqueConstraint("digest", name="uq_once_key_digest"),
    )
    op.create_index("ix_once_key_clinic_id", "once_key", ["clinic_id"])


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
