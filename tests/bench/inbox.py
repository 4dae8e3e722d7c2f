"""The first page of an inbox with 10,000 open flags: over HTTP as staff request it, and in the naive way."""

import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import app as composition
from server import crypto
from server.access.staff import accounts as staff_accounts
from server.checkins.models import CheckIn, Plan
from server.db import Database
from server.desk.inbox import rows as inbox_rows
from server.desk.reasons import reason_of
from server.flags import lists
from server.flags.models import Flag, TriggerVersion
from server.people import flow as people
from server.people.models import Clinic, Patient, Staff
from server.questionnaires import flow as questionnaires
from server.responses import history as past
from server.responses.models import Response
from server.settings import Settings
from server.web import charts
from server.web.charts import Chart
from tests.bench import crowd
from tests.browser_without_screen import ORIGIN
from tests.cast import acting, meet, work_by

PATIENTS, ITEMS, WEEKS = 2500, ("breathing", "swallowing", "speech", "strength"), 4
ASKED = 20
EVIDENCE = '{"condition": "at-least", "now": 3, "previous": 1, "first": 0, "version": 1}'
ANSWERS = '{"breathing": "hard", "swallowing": "little", "speech": "some", "strength": "hard"}'


async def run(folder: Path, now: datetime) -> tuple[float, float]:
    """The median of our page in milliseconds, and one page in the naive way, which is too slow to repeat."""
    database = await crowd.open_database(folder, "inbox")
    async with database.writing() as db:
        cast = await meet(db)
        await _fill(db, cast.harbor, now)
        token = await staff_accounts.make_link(work_by(db, cast.maria, now), cast.maria)
    ours = await _over_http(database, token, now)
    async with database.reading() as db:
        theirs = await _timed(lambda: _one_by_one(db, cast.maria))
    await database.close()
    return ours, theirs


async def _over_http(database: Database, token: str, now: datetime) -> float:
    settings = Settings(base_url=ORIGIN, secret_keys=crypto.dump_keyring(crypto.keyring()))
    app = composition.create(settings, lambda: now, database)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ORIGIN) as client:  # type: ignore[arg-type]
        await client.get("/staff/link")
        fields = {"token": token, "_csrf_token": client.cookies["__Host-csrf"]}
        entered = await client.post("/staff/link", data=fields, headers={"accept": "text/html"})
        assert entered.headers["location"] == "/staff"
        page = await client.get("/staff")
        assert page.text.count('<li class="item') == inbox_rows.PAGE
        assert f"{PATIENTS * len(ITEMS)}</span>" in page.text
        return median([await _timed(lambda: client.get("/staff")) for _ in range(ASKED)])


async def _timed(ask: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await ask()
    return (time.perf_counter() - began) * 1000


async def _one_by_one(db: AsyncSession, staff: Staff) -> list[tuple[str, str, Chart]]:
    """The naive way: load all open flags and the whole roster, and query the patient's history for each flag."""
    actor = acting(staff)
    definitions = await questionnaires.offered(db, actor)
    names = {patient.id: patient.name for patient in await people.roster(db, actor)}
    shown = []
    for flag in await lists.open_flags(db, actor):
        definition = definitions[flag.slug]
        history = await past.of_patient(db, flag.patient_id, flag.slug)
        question = definition.by_id[flag.item]
        spark = charts.draw(past.points(question, past.answered(history)), question.worst)
        shown.append((names[flag.patient_id], reason_of(flag, definition).words, spark))
    return shown


async def _fill(db: AsyncSession, clinic: Clinic, now: datetime) -> None:
    """Each patient has some weeks of answers, and an open flag for each of four items."""
    questionnaire = await questionnaires.newest(db, clinic.id, "weekly-als")
    trigger_id = await db.scalar(select(TriggerVersion.id).where(TriggerVersion.clinic_id == clinic.id).limit(1))
    assert questionnaire is not None
    rows: dict[type, list[object]] = {table: [] for table in (Patient, Plan, CheckIn, Response, Flag)}
    for number in range(PATIENTS):
        patient = Patient(clinic_id=clinic.id, name=f"Patient {number}", zone=clinic.zone, locale="en")
        plan = Plan(clinic_id=clinic.id, patient_id=patient.id, slug="weekly-als", rhythm="weekly", at="10:00")
        plan.starts_on, plan.weekday = "2026-01-01", now.weekday()
        rows[Patient].append(patient)
        rows[Plan].append(plan)
        for week in range(WEEKS):
            _week(rows, plan, questionnaire.id, f"{number}-{week}", now - timedelta(weeks=WEEKS - week))
        newest = rows[Response][-1]
        assert isinstance(newest, Response)
        rows[Flag] += [_flag(newest, trigger_id or "", item, number, now) for item in ITEMS]
    for made in rows.values():
        db.add_all(made)
        await db.flush()
        db.expunge_all()


def _week(rows: dict[type, list[object]], plan: Plan, questionnaire_id: str, key: str, at: datetime) -> None:
    whose = {"clinic_id": plan.clinic_id, "patient_id": plan.patient_id, "questionnaire_id": questionnaire_id}
    check_in = CheckIn(
        **whose, plan_id=plan.id, client_id=key, due_at=at, closes_at=at + timedelta(days=3), state="done"
    )
    rows[CheckIn].append(check_in)
    answered = {"slug": "weekly-als", "status": "completed", "respondent": "self", "answers": ANSWERS}
    moments = {"answered_at": at, "received_at": at, "opened_at": at}
    rows[Response].append(Response(**whose, **answered, **moments, check_in_id=check_in.id, client_id=key))


def _flag(response: Response, trigger_id: str, item: str, number: int, now: datetime) -> Flag:
    return Flag(
        clinic_id=response.clinic_id,
        patient_id=response.patient_id,
        check_in_id=response.check_in_id,
        response_id=response.id,
        trigger_id=trigger_id,
        slug="weekly-als",
        item=item,
        severity=("this-week", "today", "urgent")[number % 3],
        evidence=EVIDENCE,
        raised_at=response.answered_at,
        updated_at=response.answered_at,
        due_at=now + timedelta(minutes=number),
    )
