"""The name by which texts and emails say whom they are about."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A batch would lose the table's other checks on SQLite.
    op.execute(
        "ALTER TABLE patient ADD COLUMN name_in_messages VARCHAR(20) DEFAULT 'first' NOT NULL "
        "CONSTRAINT ck_patient_name_in_messages CHECK (name_in_messages IN ('first', 'initials'))"
    )


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
