"""One flag and what staff do with it: take it, assign it, add a note, close it, expect its level, undo.

An action from a page that is out of date is refused; the response shows the current flag and keeps the typed text.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from litestar import Response, Router, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server import double_presses
from server.actor import Actor
from server.db import Work
from server.desk.inbox import flag_detail
from server.desk.inbox import rows as inbox_rows
from server.desk.rules import InboxTab
from server.flags import actions, expected_levels, lists, notes
from server.flags.actions import Outcome
from server.flags.expected_levels import Wanted
from server.flags.models import Flag
from server.flags.rules import FlagOutcome, Shown
from server.people import flow as people
from server.people.models import Patient
from server.people.rules import Refusal
from server.questionnaires import flow as questionnaires
from server.web import render
from server.web.dependencies import STAFF, WRITES, Ask, InWork
from server.web.form_fields import fields_of, form_of, not_chosen, one_of, text, way_back, whole
from server.web.problems import found
from server.web.rendering.remarks import Remark, RemarkKind

# Why an action was refused: the form lacks something, or (Changed) a colleague or the patient changed the flag.
Missing = Literal["outcome", "note", "empty", "level", "days", "severity"]
INBOX = "/staff?show=action"
WRONG = {why: (why,) for why in get_args(Missing)} | {"empty": ("note",), "severity": ("level",)}
Changed = Literal["closed", "closed-anew", "owned", "news"]


@dataclass(frozen=True)
class Typed:
    """The fields of a flag's forms, as a staff member typed or chose them."""

    outcome: str = ""
    note: str = ""
    level: int | None = None
    days: int | None = None
    owner: str = ""


@dataclass(frozen=True)
class View:
    """How to show a flag's page: the way back, and why an action was refused."""

    back: str
    why: Missing | Changed | Refusal | None = None
    typed: Typed = Typed()

    @property
    def status(self) -> int:
        return 200 if not self.why else 409 if self.why in get_args(Changed) else 422


@get("/", opt=STAFF | WRITES)
async def flag_page(
    request: Ask, work: InWork, flag_id: FromPath[str], show: FromQuery[str] = InboxTab.ACTION
) -> Response[str]:
    """One flag with all its actions; the inbox shows the same inside the row."""
    flag = found(await lists.find(work.db, work.actor, flag_id))
    await people.opened(work, await work.db.get_one(Patient, flag.patient_id))
    return await _page(request, work, flag, View(f"/staff?show={show if show in tuple(InboxTab) else InboxTab.ACTION}"))


@post("/own", opt=STAFF)
async def own(request: Ask, work: InWork, flag_id: FromPath[str]) -> Response[Any]:
    flag = found(await lists.find(work.db, work.actor, flag_id))
    form = await form_of(request)
    if not await actions.own(work, flag, work.actor.id):
        return await _page(request, work, flag, View(INBOX, "closed" if flag.closed_at else "owned"))
    return _back(request, form, flag)


@post("/assign", opt=STAFF)
async def assign(request: Ask, work: InWork, flag_id: FromPath[str]) -> Response[Any]:
    flag = found(await lists.find(work.db, work.actor, flag_id))
    form = await form_of(request)
    typed = Typed(owner=text(form, "owner"))
    refused = await actions.assign(work, flag, typed.owner, Shown.read(text(form, "shown")))
    if refused and refused.why == "owner":
        raise not_chosen(form, "owner")
    if refused:
        return await _page(request, work, flag, View(INBOX, refused.why, typed))
    return _back(request, form, flag)


@post("/note", opt=STAFF)
async def note(request: Ask, work: InWork, flag_id: FromPath[str]) -> Response[Any]:
    flag = found(await lists.find(work.db, work.actor, flag_id))
    form = await form_of(request)
    note = text(form, "note")
    async with double_presses.press(work, fields_of(form)) as press:
        added = True if press.earlier else await notes.add_note(work, flag, note) is not None
        press.onward = INBOX if added else ""
    if not added:
        return await _page(request, work, flag, View(INBOX, "empty"))
    return _back(request, form, flag)


@post("/close", opt=STAFF)
async def close(request: Ask, work: InWork, flag_id: FromPath[str]) -> Response[Any]:
    flag = found(await lists.find(work.db, work.actor, flag_id))
    form = await form_of(request)
    typed = Typed(text(form, "outcome"), text(form, "note"))
    chosen, shown = one_of(form, "outcome", FlagOutcome), Shown.read(text(form, "shown"))
    if chosen is None:
        return await _page(request, work, flag, View(INBOX, "outcome", typed))
    refused = await actions.close(work, flag, Outcome(chosen, typed.note), shown)
    if refused and not _is_done(work.actor, flag, chosen, typed.note):
        return await _page(request, work, flag, View(INBOX, refused.why, typed))
    return _back(request, form, flag, Remark(RemarkKind.DONE, flag.id))


@post(["/expect", "/snooze"], opt=STAFF)  # the second address is the former one
async def expect(request: Ask, work: InWork, flag_id: FromPath[str]) -> Response[Any]:
    """Set an expected level for a while, which closes the flag."""
    flag = found(await lists.find(work.db, work.actor, flag_id))
    form = await form_of(request)
    typed = Typed(note=text(form, "note"), level=whole(form, "level"), days=whole(form, "days"))
    wanted = await _wanted(work.db, work.actor, flag, typed)
    if wanted is None:
        return await _page(request, work, flag, View(INBOX, "level", typed))
    refused = await expected_levels.expect_level_of(work, flag, wanted, Shown.read(text(form, "shown")))
    is_done = _is_done(work.actor, flag, FlagOutcome.EXPECTED, typed.note)
    if refused and not (is_done and await expected_levels.is_set(work.db, flag, wanted)):
        return await _page(request, work, flag, View(INBOX, refused.why, typed))
    return _back(request, form, flag, Remark(RemarkKind.DONE, flag.id))


@post("/reopen", opt=STAFF)
async def reopen(request: Ask, work: InWork, flag_id: FromPath[str]) -> Response[Any]:
    flag = found(await lists.find(work.db, work.actor, flag_id))
    form = await form_of(request)
    refused = await expected_levels.undo(work, flag, Shown.read(text(form, "shown")))
    if refused and refused.why == "closed":
        return await _page(request, work, flag, View(INBOX, "closed-anew"))
    return _back(request, form, flag)


def _is_done(actor: Actor, flag: Flag, outcome: FlagOutcome, note: str) -> bool:
    """Whether the same person has closed the flag in the same way: the button was pressed twice (case 90)."""
    return (flag.closed_by, flag.outcome, flag.note or "") == (actor.id, outcome, note)


async def _wanted(db: AsyncSession, actor: Actor, flag: Flag, typed: Typed) -> Wanted | None:
    """The level that staff chose to expect; None if the item has no such level."""
    definition = (await questionnaires.offered(db, actor)).get(flag.slug)
    question = definition.by_id.get(flag.item) if definition else None
    if question is None or typed.level is None or not 0 <= typed.level <= question.worst:
        return None
    return Wanted(typed.level, typed.days or 0, typed.note)


async def _page(request: Ask, work: Work, flag: Flag, view: View) -> Response[str]:
    [row] = await inbox_rows.rows_of(work, [flag])
    return render.page(
        request,
        "desk/flag.html",
        view.status,
        WRONG.get(view.why, ()),
        row=row,
        patient=row.patient,
        detail=await flag_detail.of(work, flag),
        back=view.back,
        why=view.why,
        typed=view.typed,
        zone=work.actor.zone,
        now=work.now,
    )


def _back(request: Ask, form: FormMultiDict, flag: Flag, remark: Remark | None = None) -> Response[Any]:
    return render.go(request, way_back(form, f"/staff/patients/{flag.patient_id}#flag-{flag.id}"), remark)


router = Router("/staff/flags/{flag_id:str}", route_handlers=[flag_page, own, assign, note, close, expect, reopen])
