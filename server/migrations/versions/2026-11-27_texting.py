"""Numbers that get no texts, replies for staff, and hashes to look phone numbers up by."""

import sqlalchemy as sa
from alembic import op

from server import crypto

revision = "0028"
down_revision = "0025"
branch_labels = None
depends_on = None

# Table, column and the name that its values are bound to.
NUMBERS = (
    ("patient", "phone_tel", "patient.phone_tel"),
    ("patient", "caregiver_phone_tel", "patient.helper_phone_tel"),
    ("staff", "phone_tel", "staff.phone_tel"),
)
SHORTEST_SEALED = 28  # bytes of nonce and tag
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _make_tables()
    connection = op.get_bind()
    for table, name, binding in NUMBERS:
        op.add_column(table, sa.Column(f"{name}_hash", sa.String(64), nullable=True))
        op.create_index(f"ix_{table}_{name}_hash", table, [f"{name}_hash"])
        _hash_numbers(connection, table, name, binding)


def _make_tables() -> None:
    op.create_table(
        "text_number",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("number_hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_text_number"),
        sa.UniqueConstraint("number_hash", name="uq_text_number_number_hash"),
        sa.CheckConstraint(sa.column("state").in_(("open", "stopped", "undeliverable")), name="ck_text_number_state"),
    )
    op.create_table(
        "taken_message",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("message_hash", sa.String(64), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_taken_message"),
        sa.UniqueConstraint("message_hash", name="uq_taken_message_message_hash"),
    )
    op.create_index("ix_taken_message_received_at", "taken_message", ["received_at"])
    op.create_table(
        "text_reply",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("clinic_id", sa.String(32), nullable=False),
        sa.Column("patient_id", sa.String(32), nullable=True),
        sa.Column("staff_id", sa.String(32), nullable=True),
        sa.Column("author", sa.String(20), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("handled_at", MOMENT, nullable=True),
        sa.Column("handled_by", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_text_reply"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_text_reply_clinic_id"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_text_reply_patient_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_text_reply_staff_id"),
        sa.ForeignKeyConstraint(["handled_by"], ["staff.id"], name="fk_text_reply_handled_by"),
        sa.CheckConstraint(sa.column("author").in_(("patient", "caregiver", "staff")), name="ck_text_reply_author"),
    )
    op.create_index("ix_text_reply_clinic_id", "text_reply", ["clinic_id"])
    op.create_index("ix_text_reply_patient_id", "text_reply", ["patient_id"])
    op.create_index("ix_text_reply_waiting", "text_reply", ["clinic_id", "handled_at"])


def _hash_numbers(connection: sa.Connection, table_name: str, name: str, binding: str) -> None:
    sealed, hashed = f"{name}_sealed", f"{name}_hash"
    table = sa.table(table_name, *(sa.column(column) for column in ("id", sealed, hashed)))
    for row in connection.execute(sa.select(table).where(table.c[sealed].is_not(None))).mappings().all():
        if tel := _unsealed(row[sealed], f"{binding}:{row['id']}"):
            values = {hashed: crypto.keyed_hash(tel, "phone")}
            connection.execute(table.update().where(table.c.id == row["id"]).values(values))


def _unsealed(blob: bytes, bound: str) -> str:
    """Raises MissingKey: with another keyring every number would stay without its hash."""
    crypto.keyring()
    if len(blob) < SHORTEST_SEALED:
        return ""
    try:
        return crypto.unseal(blob, bound)
    except ValueError:
        return ""


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
