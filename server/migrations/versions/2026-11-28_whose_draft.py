"""The caregiver whose view a draft or a conflicting version is: each caregiver of a patient has a view (case 76)."""

import sqlalchemy as sa
from alembic import op

from server.migrations.altering import altering

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

KEPT = ("answer.kept", "answer.copied")
draft = sa.table("draft", *map(sa.column, ("id", "check_in_id", "source", "caregiver_id")))
check_in = sa.table("check_in", *map(sa.column, ("id", "patient_id")))
caregiver = sa.table("caregiver", *map(sa.column, ("id", "patient_id")))
event = sa.table("audit_event", *map(sa.column, ("verb", "subject_id", "actor_kind", "actor_id", "at")))


def upgrade() -> None:
    with altering("draft") as table:
        table.add_column(sa.Column("caregiver_id", sa.String(32), nullable=True))
        table.create_foreign_key("fk_draft_caregiver_id", "caregiver", ["caregiver_id"], ["id"])
        table.drop_constraint("uq_draft_check_in_id_source_link_id", type_="unique")
        table.create_unique_constraint(
            "uq_draft_check_in_id_source_caregiver_id_link_id", ["check_in_id", "source", "caregiver_id", "link_id"]
        )
    where = sa.text("caregiver_id IS NULL")
    columns = ["check_in_id", "source", "link_id"]
    op.create_index("uq_draft_unnamed", "draft", columns, unique=True, sqlite_where=where, postgresql_where=where)
    with altering("conflicting_version") as table:
        table.add_column(sa.Column("caregiver_id", sa.String(32), nullable=True))
        table.create_foreign_key("fk_conflicting_version_caregiver_id", "caregiver", ["caregiver_id"], ["id"])
    _name_drafts()


def _name_drafts() -> None:
    """Name the caregiver who answered last, else the patient's only caregiver; else the view stays unnamed."""
    database = op.get_bind()
    views = sa.select(draft.c.id, check_in.c.patient_id).join_from(
        draft, check_in, check_in.c.id == draft.c.check_in_id
    )
    for draft_id, patient_id in database.execute(views.where(draft.c.source == "helper")).all():
        of_patient = sa.select(caregiver.c.id).where(caregiver.c.patient_id == patient_id)
        caregivers = list(database.scalars(of_patient))
        whose = _last_by(database, draft_id)
        if whose not in caregivers:
            whose = caregivers[0] if len(caregivers) == 1 else None
        database.execute(draft.update().where(draft.c.id == draft_id).values(caregiver_id=whose))


def _last_by(database: sa.Connection, draft_id: str) -> str | None:
    """The caregiver on whose device the newest answer of this draft was given, as the audit log has it."""
    kept = sa.select(event.c.actor_id, event.c.actor_kind).where(event.c.subject_id == draft_id, event.c.verb.in_(KEPT))
    newest = database.execute(kept.order_by(event.c.at.desc()).limit(1)).first()
    return str(newest.actor_id) if newest is not None and newest.actor_kind == "caregiver" else None


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
