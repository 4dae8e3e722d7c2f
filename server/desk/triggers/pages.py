"""The clinic's triggers, for all staff."""

from litestar import Response, Router, get

from server.desk.triggers import lines
from server.flags.triggers import lists
from server.flags.triggers import versions as trigger_versions
from server.people import staff
from server.questionnaires import flow as questionnaires
from server.web import render
from server.web.dependencies import STAFF, Ask, Db, Who
from server.web.rendering import remarks
from server.web.rendering.remarks import RemarkKind


@get("/", opt=STAFF)
async def triggers_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    """After a trigger was ended or changed, the page offers once to undo that."""
    did = remarks.about(request, RemarkKind.DONE)
    definitions, rows = await questionnaires.offered(db, actor), await lists.all_rules(db, actor)
    after = {row.follows_id: row for row in rows if row.follows_id}
    shown = [
        (row, lines.line_of(row, definitions[row.slug], after.get(row.id))) for row in rows if row.slug in definitions
    ]
    return render.page(
        request,
        "desk/triggers.html",
        tables=[
            (
                definition,
                lines.as_asked(definition, [line for row, line in shown if row.slug == slug and row.ended_at is None]),
            )
            for slug, definition in definitions.items()
        ],
        ended=[line for row, line in reversed(shown) if row.ended_at is not None],
        names={member.id: member.name for member in await staff.team(db, actor)},
        may_edit=actor.role in trigger_versions.EDITORS,
        did=next((line for row, line in shown if row.id == did and row.ended_at is not None), None),
        zone=actor.zone,
    )


router = Router("/staff/triggers", route_handlers=[triggers_page])
