"""The author of a flag's draft note after an undo, and the earlier time of a moved visit."""

import sqlalchemy as sa
from alembic import op

from server.migrations.altering import altering

revision = "0027"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appointment", sa.Column("moved_from", sa.DateTime(timezone=False), nullable=True))
    with altering("flag") as flag:
        flag.add_column(sa.Column("drafted_by", sa.String(32), nullable=True))
        flag.create_foreign_key("fk_flag_drafted_by", "staff", ["drafted_by"], ["id"])


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
