"""The staff inbox: five lists, and a check for changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from litestar import Response, Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.appointments import flow as appointments
from server.appointments import lists
from server.appointments.models import Appointment
from server.db import Work
from server.delivery import circuit_breakers, heartbeats
from server.desk.inbox import flag_detail, paging, text_replies, unreached
from server.desk.inbox import overdue_list as late
from server.desk.inbox import rows as inbox_rows
from server.desk.inbox.changes import version
from server.desk.inbox.overdue_list import LateRow
from server.desk.inbox.rows import Listed
from server.desk.rules import InboxTab
from server.people.models import Patient
from server.people.rules import CallOutcome
from server.questionnaires.definition import Definition
from server.reminders.reason_words import reason_words
from server.responses import overdue as late_patients
from server.responses import unread
from server.responses.models import Response as Answered
from server.responses.overdue import LatePatient
from server.web import render
from server.web.dependencies import STAFF, Ask, InWork
from server.web.rendering import remarks
from server.web.rendering.remarks import RemarkKind

LATE_ROWS, MOST_LATE_ROWS = 200, 2000


@dataclass(frozen=True)
class Lists:
    """The lists of one tab; the lists of the other tabs stay empty."""

    flags: Listed = field(default_factory=lambda: Listed([], None))
    cant_come: list[tuple[Appointment, Patient]] = field(default_factory=list)
    fresh: list[tuple[Answered, Definition, Patient]] = field(default_factory=list)
    late: list[LateRow] = field(default_factory=list)
    after: str | None = None


@dataclass(frozen=True)
class Tab:
    """The chosen tab, and where its next page begins."""

    show: InboxTab
    after: str = ""


def provide_tab(show: FromQuery[str] = InboxTab.ACTION, after: FromQuery[str] = "") -> Tab:
    """Takes strings only: an error raised here, such as for an invalid number, would leave `db` open."""
    return Tab(InboxTab(show) if show in tuple(InboxTab) else InboxTab.ACTION, after)


@get("/", opt=STAFF, dependencies={"tab": Provide(provide_tab, sync_to_thread=False)})
async def inbox_page(request: Ask, work: InWork, tab: NamedDependency[Tab], many: FromQuery[int] = 0) -> Response[str]:
    """Show who needs staff, why, since when, and who has taken it."""
    not_reached = await unreached.of(work)
    overdue = await late_patients.unanswered(work)
    cant_come, texts = await lists.to_handle(work), await text_replies.waiting(work)
    counts = {
        InboxTab.ACTION: await inbox_rows.count_open(work.db, work.actor) + len(cant_come) + len(texts),
        InboxTab.NEW: await unread.count_unopened(work.db, work.actor),
        InboxTab.LATE: sum(one.lateness.to_call for one in overdue),
        InboxTab.UNREACHED: not_reached.count,
    }
    if tab.show == InboxTab.LATE:
        listed = await _late(work, overdue, tab.after, many)
    else:
        listed = await _listed(work, tab, many)
    return render.page(
        request,
        "desk/inbox.html",
        show=tab.show,
        lists=listed,
        cant_come=[]
        if tab.show != InboxTab.ACTION or tab.after
        else await _with_patient(work.db, work.actor, cant_come),
        texts=texts if tab.show == InboxTab.ACTION and not tab.after else [],
        unreached=not_reached,
        reason_words=reason_words,
        silence=await heartbeats.trouble(work.db, work.now),
        breakers=await circuit_breakers.open_now(work.db),
        counts=counts,
        did=await flag_detail.just_done(work, remarks.about(request, RemarkKind.DONE) or ""),
        newer=await _newer(work, remarks.about(request, RemarkKind.NEWER_REPLY) or ""),
        version=await version(work),
        call_outcomes=tuple(CallOutcome),
        after=tab.after,
        zone=work.actor.zone,
        now=work.now,
    )


async def _listed(work: Work, tab: Tab, many: int) -> Lists:
    if tab.show == InboxTab.ACTION:
        return Lists(flags=await inbox_rows.open_page(work, tab.after, many))
    if tab.show == InboxTab.DONE:
        return Lists(flags=await inbox_rows.done_page(work, tab.after, many))
    if tab.show == InboxTab.NEW:
        wanted = inbox_rows.rows_wanted(many)
        fresh = await unread.unopened(work.db, work.actor, wanted + 1, tab.after)
        shown = fresh[:wanted]
        patients = await inbox_rows.patients_of(work.db, work.actor, {response.patient_id for response, _ in shown})
        rows = [(response, definition, patients[response.patient_id]) for response, definition in shown]
        return Lists(fresh=rows, after=shown[-1][0].id if len(fresh) > wanted else None)
    return Lists()


async def _late(work: Work, overdue: Sequence[LatePatient], after: str, many: int) -> Lists:
    """Leaves out rows of earlier pages, because a call, an answer or time moves patients up and down this list."""
    shown = paging.unpack(after)
    left = [one for one in overdue if paging.mark(one.patient_id) not in shown]
    page = left[: max(LATE_ROWS, min(many, MOST_LATE_ROWS))]
    next_page = paging.pack(shown, [one.patient_id for one in page]) if len(left) > len(page) else None
    return Lists(late=await late.rows(work, page), after=next_page)


async def _with_patient(
    db: AsyncSession, actor: Actor, appointments: list[Appointment]
) -> list[tuple[Appointment, Patient]]:
    patients = await inbox_rows.patients_of(db, actor, {appointment.patient_id for appointment in appointments})
    return [(appointment, patients[appointment.patient_id]) for appointment in appointments]


async def _newer(work: Work, appointment_id: str) -> tuple[Appointment, Patient] | None:
    """The visit that stays on the list, because it got a newer reply than the one that staff dealt with."""
    appointment = await appointments.find(work.db, work.actor, appointment_id)
    return (await _with_patient(work.db, work.actor, [appointment]))[0] if appointment else None


@get("/inbox/changes", opt=STAFF)
async def changes(request: Ask, work: InWork) -> Response[Any]:
    """304 while the inbox still has the version in If-None-Match, else the new version. Polled often, so cheap.

    A response with a new version carries an event that makes the page fetch its lists again.
    """
    tag = f'"{await version(work)}"'
    headers = render.FRESH | {"ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(None, status_code=304, headers=headers)
    return render.with_event(Response({"version": tag.strip('"')}, headers=headers), "inbox-changed")


router = Router("/staff", route_handlers=[inbox_page, changes])
