"""The staff inbox: five lists, and a check for changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.appointments import lists
from server.appointments.models import Appointment
from server.delivery import circuit_breakers, heartbeats
from server.desk.inbox import flag_detail, paging
from server.desk.inbox import overdue_list as late
from server.desk.inbox import rows as inbox_rows
from server.desk.inbox.overdue_list import LateRow
from server.desk.inbox.rows import Listed
from server.desk.rules import TABS
from server.devices import health
from server.people import rules as people_rules
from server.people import unreadable_numbers
from server.people.models import Patient
from server.people.unreadable_numbers import Unreadable
from server.questionnaires.definition import Form
from server.reminders import status
from server.reminders.models import Reminder
from server.responses import overdue as late_patients
from server.responses import unread
from server.responses.models import Response as Answered
from server.responses.overdue import LatePatient
from server.web import render
from server.web.dependencies import STAFF, Ask, Db, Now, Who

LATE_ROWS, MOST_LATE_ROWS = 200, 2000


@dataclass(frozen=True)
class Lists:
    """What one tab shows; the other tabs' lists stay empty."""

    flags: Listed = field(default_factory=lambda: Listed([], None))
    cant_come: list[tuple[Appointment, Patient]] = field(default_factory=list)
    fresh: list[tuple[Answered, Form, Patient]] = field(default_factory=list)
    late: list[LateRow] = field(default_factory=list)
    after: str | None = None


@dataclass(frozen=True)
class Tab:
    """The chosen tab, where its next page begins, and the flag that was just acted on."""

    show: str
    after: str = ""
    did: str = ""


def provide_tab(show: FromQuery[str] = "action", after: FromQuery[str] = "", did: FromQuery[str] = "") -> Tab:
    """Takes strings only: an error raised here, such as for an invalid number, would leave `db` open."""
    return Tab(show if show in TABS else "action", after, did)


@get("/staff", opt=STAFF, dependencies={"tab": Provide(provide_tab, sync_to_thread=False)})
async def inbox_page(
    request: Ask, db: Db, actor: Who, now: Now, tab: NamedDependency[Tab], many: FromQuery[int] = 0
) -> Response[str]:
    """Who needs staff, why, since when, and who has taken it."""
    unreached = await _unreached(db, actor, now)
    overdue = await late_patients.unanswered(db, actor, now)
    cant_come = await lists.to_handle(db, actor, now)
    counts = {
        "action": await inbox_rows.count_open(db, actor) + len(cant_come),
        "new": await unread.count_unopened(db, actor),
        "late": sum(one.lateness.to_call for one in overdue),
        "unreached": unreached.count,
    }
    if tab.show == "late":
        listed = await _late(db, actor, overdue, tab.after, many, now)
    else:
        listed = await _listed(db, actor, tab, many, now)
    return render.page(
        request,
        "desk/inbox.html",
        show=tab.show,
        lists=listed,
        cant_come=[] if tab.show != "action" or tab.after else await _with_patient(db, actor, cant_come),
        unreached=unreached,
        silence=await heartbeats.trouble(db, now),
        breakers=await circuit_breakers.open_now(db),
        counts=counts,
        did=await flag_detail.just_done(db, actor, tab.did, now),
        version=await inbox_rows.version(db, actor, now),
        call_outcomes=people_rules.CALL_OUTCOMES,
        after=tab.after,
        zone=actor.zone,
        now=now,
    )


async def _listed(db: AsyncSession, actor: Actor, tab: Tab, many: int, now: datetime) -> Lists:
    if tab.show == "action":
        return Lists(flags=await inbox_rows.open_page(db, actor, tab.after, many, now))
    if tab.show == "done":
        return Lists(flags=await inbox_rows.done_page(db, actor, tab.after, many, now))
    if tab.show == "new":
        wanted = inbox_rows.rows_wanted(many)
        fresh = await unread.unopened(db, actor, wanted + 1, tab.after)
        shown = fresh[:wanted]
        patients = await inbox_rows.patients_of(db, actor, {response.patient_id for response, _ in shown})
        rows = [(response, form, patients[response.patient_id]) for response, form in shown]
        return Lists(fresh=rows, after=shown[-1][0].id if len(fresh) > wanted else None)
    return Lists()


async def _late(
    db: AsyncSession, actor: Actor, overdue: Sequence[LatePatient], after: str, many: int, now: datetime
) -> Lists:
    """Leaves out rows of earlier pages, because a call, an answer or time moves patients up and down this list."""
    shown = paging.unpack(after)
    left = [one for one in overdue if paging.mark(one.patient_id) not in shown]
    page = left[: max(LATE_ROWS, min(many, MOST_LATE_ROWS))]
    next_page = paging.pack(shown, [one.patient_id for one in page]) if len(left) > len(page) else None
    return Lists(late=await late.rows(db, actor, page, now), after=next_page)


async def _with_patient(db: AsyncSession, actor: Actor, visits: list[Appointment]) -> list[tuple[Appointment, Patient]]:
    patients = await inbox_rows.patients_of(db, actor, {visit.patient_id for visit in visits})
    return [(visit, patients[visit.patient_id]) for visit in visits]


@dataclass(frozen=True)
class Unreached:
    reminders: list[tuple[Reminder, Patient]]
    unconfirmed: list[tuple[Appointment, Patient]]
    unreachable: list[tuple[Patient, str]]
    numbers: list[Unreadable]

    @property
    def count(self) -> int:
        visits = {reminder.subject_id for reminder, _ in self.reminders} | {visit.id for visit, _ in self.unconfirmed}
        return len(visits) + len(self.unreachable) + len(self.numbers)


async def _unreached(db: AsyncSession, actor: Actor, now: datetime) -> Unreached:
    silent = await status.not_reached(db, actor, now)
    unconfirmed = await lists.unconfirmed(db, actor, now)
    coming = await lists.who_comes(db, actor, now)
    ids = coming | {reminder.patient_id for reminder in silent} | {visit.patient_id for visit in unconfirmed}
    patients = await inbox_rows.patients_of(db, actor, ids)
    return Unreached(
        [(reminder, patients[reminder.patient_id]) for reminder in silent],
        [(visit, patients[visit.patient_id]) for visit in unconfirmed],
        await health.not_reachable(db, actor, [patients[id_] for id_ in coming], now),
        await unreadable_numbers.worklist(db, actor),
    )


@get("/staff/inbox/changes", opt=STAFF)
async def changes(request: Ask, db: Db, actor: Who, now: Now) -> Response[Any]:
    """304 while the inbox still has the version in If-None-Match, else the new version. Polled often, so cheap.

    An event then makes the page fetch its lists again.
    """
    tag = f'"{await inbox_rows.version(db, actor, now)}"'
    headers = render.FRESH | {"ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(None, status_code=304, headers=headers)
    return render.with_event(Response({"version": tag.strip('"')}, headers=headers), "inbox-changed")


ROUTES: list[Any] = [inbox_page, changes]
