"""The device that a passkey was made on and those that it signed in; the device that issued a pairing code."""

import sqlalchemy as sa
from alembic import op

from server.migrations.altering import altering

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ID = sa.String(32)


def upgrade() -> None:
    for table in ("passkey", "pairing_code"):
        with altering(table) as changed:
            changed.add_column(sa.Column("device_id", ID, nullable=True))
            changed.create_foreign_key(f"fk_{table}_device_id", "device", ["device_id"], ["id"])
            changed.create_index(f"ix_{table}_device_id", ["device_id"])
    op.create_table(
        "passkey_use",
        sa.Column("passkey_id", ID, nullable=False),
        sa.Column("device_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["passkey_id"], ["passkey.id"], name="fk_passkey_use_passkey_id"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_passkey_use_device_id"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_passkey_use_clinic_id"),
        sa.PrimaryKeyConstraint("id", name="pk_passkey_use"),
        sa.UniqueConstraint("device_id", name="uq_passkey_use_device_id"),
    )
    op.create_index("ix_passkey_use_passkey_id", "passkey_use", ["passkey_id"])
    op.create_index("ix_passkey_use_clinic_id", "passkey_use", ["clinic_id"])
    _bind_passkeys()


def _bind_passkeys() -> None:
    """Bind each living passkey to the only device that can have made it; end it if that device was signed out."""
    found = sa.text("""
        SELECT passkey.id AS passkey_id, device.id AS device_id, device.ended_at AS ended_at
        FROM passkey JOIN device ON device.joined_at <= passkey.made_at
          AND (device.ended_at IS NULL OR device.ended_at >= passkey.made_at)
          AND (device.caregiver_id = passkey.caregiver_id
               OR (passkey.caregiver_id IS NULL AND device.patient_id = passkey.patient_id))
        WHERE passkey.ended_at IS NULL
    """).columns(passkey_id=ID, device_id=ID, ended_at=MOMENT)
    made_on: dict[str, list[tuple[str, object]]] = {}
    for row in op.get_bind().execute(found):
        made_on.setdefault(row.passkey_id, []).append((row.device_id, row.ended_at))
    passkey = sa.table("passkey", sa.column("id", ID), sa.column("device_id", ID), sa.column("ended_at", MOMENT))
    for passkey_id, candidates in made_on.items():
        ends = [ended for _, ended in candidates if ended is not None]
        device_id = candidates[0][0] if len(candidates) == 1 else None
        values = {"device_id": device_id, "ended_at": ends[0] if ends else None}
        op.execute(passkey.update().where(passkey.c.id == passkey_id).values(**values))


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
