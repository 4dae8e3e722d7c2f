"""A hash of patients' email addresses, to find those who share a mailbox (case 102)."""

import sqlalchemy as sa
from alembic import op

from server import crypto
from server.typed import email_address

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SHORTEST_SEALED = 28  # bytes of nonce and tag


def upgrade() -> None:
    op.add_column("patient", sa.Column("email_hash", sa.String(64), nullable=True))
    op.create_index("ix_patient_email_hash", "patient", ["email_hash"])
    patient = sa.table("patient", *(sa.column(name) for name in ("id", "email_sealed", "email_hash")))
    connection = op.get_bind()
    for row in connection.execute(sa.select(patient).where(patient.c.email_sealed.is_not(None))).mappings().all():
        if email := _unsealed(row["email_sealed"], f"patient.email:{row['id']}"):
            hashed = crypto.keyed_hash(email_address.compared(email), "email")
            connection.execute(patient.update().where(patient.c.id == row["id"]).values(email_hash=hashed))


def _unsealed(blob: bytes, bound: str) -> str:
    """Raises MissingKey: with another keyring every address would stay without its hash."""
    crypto.keyring()
    if len(blob) < SHORTEST_SEALED:
        return ""
    try:
        return crypto.unseal(blob, bound)
    except ValueError:
        return ""


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
