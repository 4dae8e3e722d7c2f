"""Which response a correction replaces; a flag may be closed because the answer behind it was corrected."""

import sqlalchemy as sa

from server.migrations.altering import altering

revision = "0025"
down_revision = "0027"
branch_labels = None
depends_on = None

OUTCOMES = ("called", "plan-changed", "visit-moved", "no-action", "expected", "corrected")


def upgrade() -> None:
    with altering("response") as table:
        table.add_column(sa.Column("corrects_id", sa.String(32), nullable=True))
        table.create_foreign_key("fk_response_corrects_id", "response", ["corrects_id"], ["id"])
        table.create_unique_constraint("uq_response_corrects_id", ["corrects_id"])
    with altering("flag") as table:
        table.drop_constraint("ck_flag_outcome", type_="check")
        table.create_check_constraint("ck_flag_outcome", sa.column("outcome").in_(OUTCOMES))


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
