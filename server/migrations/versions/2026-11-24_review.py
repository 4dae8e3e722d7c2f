"""Rules with times, words and authors; notes on flags; expected levels; who was told of a flag, when the next is."""

import sqlalchemy as sa
from alembic import op

from server.migrations.altering import altering

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ID = sa.String(32)


def upgrade() -> None:
    _with_default("clinic", sa.Column("on_call_wait", sa.Integer, nullable=False, server_default="10"))
    op.add_column("staff", sa.Column("phone_sealed", sa.LargeBinary, nullable=True))
    op.add_column("staff", sa.Column("on_call", sa.Integer, nullable=True))
    _triggers()
    _flags()
    _notes()
    _expected_levels()


def _triggers() -> None:
    with altering("trigger") as table:
        table.add_column(sa.Column("times", sa.Integer, nullable=False, server_default="1"))
        table.add_column(sa.Column("message", sa.String(200), nullable=False, server_default=""))
        for name, there in (("follows_id", "trigger"), ("began_by", "staff"), ("ended_by", "staff")):
            table.add_column(sa.Column(name, ID, nullable=True))
            table.create_foreign_key(f"fk_trigger_{name}", there, [name], ["id"])
    _drop_defaults("trigger", "times", "message")


def _flags() -> None:
    """Until now every questionnaire was at its first version. An open flag escalates when its outcome is due."""
    with altering("flag") as table:
        table.add_column(sa.Column("version", sa.Integer, nullable=False, server_default="1"))
        table.add_column(sa.Column("rung", sa.Integer, nullable=False, server_default="0"))
        table.add_column(sa.Column("escalate_at", MOMENT, nullable=True))
        table.add_column(sa.Column("told_at", MOMENT, nullable=True))
        table.create_index("ix_flag_escalate", ["done_at", "escalate_at"])
    _drop_defaults("flag", "version", "rung")
    op.execute("UPDATE flag SET escalate_at = due_at WHERE done_at IS NULL")


def _notes() -> None:
    op.create_table(
        "flag_note",
        sa.Column("flag_id", ID, sa.ForeignKey("flag.id", name="fk_flag_note_flag_id"), nullable=False),
        sa.Column("author_id", ID, sa.ForeignKey("staff.id", name="fk_flag_note_author_id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("text_sealed", sa.LargeBinary, nullable=False),
        *_of_clinic("flag_note"),
    )
    for column in ("flag_id", "clinic_id"):
        op.create_index(f"ix_flag_note_{column}", "flag_note", [column])


def _expected_levels() -> None:
    people = (("patient_id", "patient", False), ("set_by", "staff", False), ("ended_by", "staff", True))
    op.create_table(
        "expected_level",
        *(
            sa.Column(name, ID, sa.ForeignKey(f"{there}.id", name=f"fk_expected_level_{name}"), nullable=nullable)
            for name, there, nullable in people
        ),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("item", sa.String(60), nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("note_sealed", sa.LargeBinary, nullable=True),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        *_of_clinic("expected_level"),
    )
    for column in ("patient_id", "clinic_id"):
        op.create_index(f"ix_expected_level_{column}", "expected_level", [column])
    where = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_expected_level_open",
        "expected_level",
        ["patient_id", "item"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def _of_clinic(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("clinic_id", ID, sa.ForeignKey("clinic.id", name=f"fk_{table}_clinic_id"), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    ]


def _with_default(table: str, column: sa.Column[object]) -> None:
    """Existing rows get the default; new rows get their value from the models."""
    op.add_column(table, column)
    _drop_defaults(table, column.name)


def _drop_defaults(table: str, *columns: str) -> None:
    with altering(table) as batch:
        for column in columns:
            batch.alter_column(column, server_default=None)


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
