"""One push endpoint may belong to several devices: a phone on which a caregiver helps several patients."""

from server.migrations.altering import altering

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with altering("subscription") as batch:
        batch.drop_constraint("uq_subscription_endpoint_hash", type_="unique")
        batch.create_unique_constraint("uq_subscription_endpoint_hash_device_id", ["endpoint_hash", "device_id"])


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
