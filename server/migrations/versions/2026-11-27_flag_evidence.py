"""Each piece of evidence that came to a flag, so that a correction can withdraw it."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from server import crypto

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ID = sa.String(32)
MOMENT = sa.DateTime(timezone=True)
SHORTEST_SEALED = 28  # bytes of nonce and tag


def upgrade() -> None:
    _make_table()
    connection = op.get_bind()
    flags = _table("flag", "response_id", "check_in_id", raised_at=MOMENT, evidence_sealed=sa.LargeBinary())
    responses = _table("response", "corrects_id", "check_in_id", received_at=MOMENT)
    answered = {row["id"]: row for row in connection.execute(sa.select(responses)).mappings()}
    for flag in connection.execute(sa.select(flags)).mappings().all():
        _keep_evidence(connection, flag, answered)


def _make_table() -> None:
    op.create_table(
        "flag_evidence",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("flag_id", ID, nullable=False),
        sa.Column("check_in_id", ID, nullable=False),
        sa.Column("response_id", ID, nullable=True),
        sa.Column("conflict_id", ID, nullable=True),
        sa.Column("severity", sa.String(20), nullable=False),
        sa.Column("evidence_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(20), nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_flag_evidence"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_flag_evidence_clinic_id"),
        sa.ForeignKeyConstraint(["flag_id"], ["flag.id"], name="fk_flag_evidence_flag_id"),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name="fk_flag_evidence_check_in_id"),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name="fk_flag_evidence_response_id"),
        sa.ForeignKeyConstraint(["conflict_id"], ["conflicting_version.id"], name="fk_flag_evidence_conflict_id"),
        sa.CheckConstraint(
            sa.column("severity").in_(("this-week", "today", "urgent")), name="ck_flag_evidence_severity"
        ),
        sa.CheckConstraint(sa.column("source").in_(("patient", "helper")), name="ck_flag_evidence_source"),
    )
    for column in ("clinic_id", "flag_id", "response_id"):
        op.create_index(f"ix_flag_evidence_{column}", "flag_evidence", [column])


def _table(name: str, *ids: str, **others: Any) -> sa.TableClause:
    columns = [sa.column(key, ID) for key in ("id", *ids)]
    return sa.table(name, *columns, *(sa.column(key, kind) for key, kind in others.items()))


def _keep_evidence(
    connection: sa.Connection, flag: Mapping[Any, Any], answered: Mapping[str, Mapping[Any, Any]]
) -> None:
    """One row with the flag's id and state. It names the response only if nothing else can have been added to the flag.

    Otherwise a correction must not withdraw the row, because nobody knows the flag's earlier state.
    """
    evidence = _resealed(flag)
    if evidence is None:
        return
    copied = "clinic_id, check_in_id, severity, source, due_at"
    connection.execute(
        sa.text(
            f"INSERT INTO flag_evidence (id, flag_id, response_id, evidence_sealed, at, {copied}) "  # noqa: S608
            f"SELECT id, id, :response, :evidence, raised_at, {copied} FROM flag WHERE id = :flag"
        ).bindparams(sa.bindparam("evidence", type_=sa.LargeBinary()), sa.bindparam("response", type_=ID)),
        {
            "flag": flag["id"],
            "evidence": evidence,
            "response": flag["response_id"] if _came_alone(flag, answered) else None,
        },
    )


def _resealed(flag: Mapping[Any, Any]) -> bytes | None:
    """None if it doesn't open. Raises MissingKey: with another keyring no flag would get its row."""
    crypto.keyring()
    if len(flag["evidence_sealed"]) < SHORTEST_SEALED:
        return None
    try:
        opened = crypto.unseal(flag["evidence_sealed"], f"flag.reason:{flag['id']}")
    except ValueError:
        return None
    return crypto.seal(opened, f"flag_evidence.evidence:{flag['id']}")


def _came_alone(flag: Mapping[Any, Any], answered: Mapping[str, Mapping[Any, Any]]) -> bool:
    """Whether the flag was raised by the response that it names, or by a version that this one corrects."""
    response = answered.get(flag["response_id"])
    if response is None or response["check_in_id"] != flag["check_in_id"]:
        return False
    versions = [response]
    while (earlier := answered.get(versions[-1]["corrects_id"])) is not None and earlier not in versions:
        versions.append(earlier)
    return flag["raised_at"] in [version["received_at"] for version in versions]


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
