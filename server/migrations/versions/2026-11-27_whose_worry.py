"""The author of the answers that raised a flag, and the time at which the draft of its note was written."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("flag", sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=True))
    # A batch would lose the table's other checks on SQLite.
    op.execute(
        "ALTER TABLE flag ADD COLUMN source VARCHAR(20) "
        "CONSTRAINT ck_flag_source CHECK (source IN ('patient', 'helper'))"
    )


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
