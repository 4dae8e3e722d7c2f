"""Why a device was signed out, and which device replaced it; the reservation of a code typed in a browser."""

import sqlalchemy as sa

from server.migrations.altering import altering

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

REASONS = (
    "signed-out",
    "elsewhere",
    "staff",
    "moved",
    "replaced",
    "new-owner",
    "access-ended",
    "left",
    "expired",
)


def upgrade() -> None:
    with altering("device") as table:
        table.add_column(sa.Column("end_reason", sa.String(20), nullable=True))
        table.add_column(sa.Column("successor_id", sa.String(32), nullable=True))
        table.create_foreign_key("fk_device_successor_id", "device", ["successor_id"], ["id"])
        table.create_check_constraint("ck_device_end_reason", sa.column("end_reason").in_(REASONS))
    with altering("pairing_code") as table:
        table.add_column(sa.Column("browser_id", sa.String(32), nullable=True))
        table.add_column(sa.Column("reserved_until", sa.DateTime(timezone=True), nullable=True))
        table.create_foreign_key("fk_pairing_code_browser_id", "device", ["browser_id"], ["id"])


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
