"""A clinic finds only its own staff members (case 61), and a form says who of them changed it (case 89)."""

import re
from typing import Any

import httpx
import pytest

from server.actor import ActorKind, Role, system
from server.audit import AuditVerb
from server.db import Database, Work
from server.people import flow, staff
from server.people.models import Patient, Staff
from server.people.rules import ContactBy
from tests.appointments.scene import booked
from tests.browser_without_screen import words
from tests.cast import NOW, Cast, acting, work_by
from tests.conftest import Enter, StillClock
from tests.desk.test_clinic_pages import FACTS
from tests.reminders.test_channel_policy_pages import GOOD


async def test_the_team_lists_current_staff_by_name(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        (await db.get_one(Staff, cast.ken.id)).ended_at = NOW
    async with database.reading() as db:
        assert [member.name for member in await staff.team(db, acting(cast.maria))] == [
            "Maria Alvarez",
            "Ruth Lindqvist",
        ]
        assert [member.name for member in await staff.team(db, acting(cast.tom))] == ["Tom Begay"]


async def test_case_61_a_staff_member_of_another_clinic_is_not_found(database: Database, cast: Cast) -> None:
    async with database.reading() as db:
        assert await staff.find_staff(db, acting(cast.maria), cast.tom.id) is None
        assert await staff.find_staff(db, acting(cast.maria), cast.ken.id) is not None


FIELDS = {
    "patient": (
        "/staff/patients/{walter}/edit",
        "/staff/patients/{walter}/edit",
        {"name": "Walter Brandt", "zone": "America/New_York", "phone": "(212) 555-0177"},
        {"phone": "(212) 555-0178"},
        {"instructions": "Bring the cane."},
    ),
    "clinic": ("/staff/clinic", "/staff/clinic", FACTS, {"closes-0": "20:00"}, {"address": "40 Oak Avenue"}),
    "on call": ("/staff/clinic/on-call", "/staff/clinic/on-call", {"wait": "10"}, {"place-{ken}": "1"}, {"wait": "20"}),
    "wait on call": (
        "/staff/clinic/on-call",
        "/staff/clinic/on-call",
        {"wait": "10"},
        {"wait": "15"},
        {"place-{ken}": "1"},
    ),
    "channel policy": (
        "/staff/clinic/channels",
        "/staff/clinic/channels",
        GOOD | {"text_country": "US"},
        {"silent_days": "9"},
        {"visit-1-minutes": "90"},
    ),
    "visit": (
        "/staff/visits/{visit}",
        "/staff/visits/{visit}/correct",
        {"place": "", "minutes": "60", "instructions": ""},
        {"place": "Room 9"},
        {"instructions": "No breakfast."},
    ),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", FIELDS)
async def test_case_89_a_merged_form_says_who_changed_it_and_when(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, kind: str
) -> None:
    """Each form that two people may have open. Ken changes it an hour after Ruth has opened it, then she does."""
    async with database.writing() as db:
        (await db.get_one(Staff, cast.ken.id)).role = Role.ADMIN
    ruth, ken = await signed_in(cast.ruth), await signed_in(cast.ken)
    ids = {"walter": cast.walter.id, "ken": cast.ken.id, "visit": (await booked(ruth, cast, database)).id}
    page, action, form, kens, ruths = (_filled(each, ids) for each in FIELDS[kind])
    await ruth.submit(action, form)
    opened = form | {"seen": _seen(await ruth.get(page))}
    clock.move(hours=1)
    await ken.submit(action, opened | kens)
    clock.move(minutes=5)
    late = await ruth.submit(action, opened | ruths)
    assert (late.status_code, "Ken Osei changed this, Mon, Nov 16, 10:00 AM." in words(late)) == (409, True), words(
        late
    )
    assert "or you on another page" not in words(late)
    own = words(await ken.submit(action, opened | ruths))
    assert "You changed this on another page, Mon, Nov 16, 10:00 AM." in own


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_89_each_field_of_a_merged_form_says_who_changed_it(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    """Ken and Maria change different fields while Ruth has the form open; then the patient changes one of them."""
    ruth, ken, maria = await signed_in(cast.ruth), await signed_in(cast.ken), await signed_in(cast.maria)
    path = f"/staff/patients/{cast.walter.id}/edit"
    form = {"name": "Walter Brandt", "zone": "America/New_York", "contact": "call"}
    opened = form | {"seen": _seen(await ruth.get(path))}
    clock.move(hours=1)
    await ken.submit(path, opened | {"phone": "(212) 555-0178", "contact": "text"})
    clock.move(hours=1)
    second = opened | {"phone": "(212) 555-0178", "contact": "text", "seen": _seen(await maria.get(path))}
    await maria.submit(path, second | {"record_number": "77"})
    clock.move(hours=1)
    async with database.writing() as db:
        walter = await db.get_one(Patient, cast.walter.id)
        await flow.set_contact(work_by(db, walter, clock()), walter, ContactBy.CALL)
    late = words(await ruth.submit(path, opened | {"instructions": "Bring the cane."}))
    assert "(212) 555-0178 Ken Osei, Mon, Nov 16, 10:00 AM" in late
    assert "77 Maria Alvarez, Mon, Nov 16, 11:00 AM" in late
    async with database.reading() as db:
        latest = await staff.latest_change(
            db, acting(cast.ruth), ("patient.changed", "patient.contact"), cast.walter.id
        )
    assert latest is not None
    assert (latest.by_field["contact"].kind, latest.by_field["contact"].name) == (ActorKind.PATIENT, "")


def _filled(each: Any, ids: dict[str, str]) -> Any:
    if isinstance(each, str):
        return each.format(**ids)
    return {name.format(**ids): value for name, value in each.items()}


def _seen(page: httpx.Response) -> str:
    found = re.search(r'name="seen"\s+value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("by", "sentence"),
    [
        ("rosa", "The patient changed this, Mon, Nov 16, 10:00 AM."),
        ("luis", "A helper of the patient changed this, Mon, Nov 16, 10:00 AM."),
        ("the system", "Interlude changed this by itself, Mon, Nov 16, 10:00 AM."),
        ("nobody", "A colleague changed it, or you on another page."),
    ],
)
async def test_case_89_a_merged_form_says_so_if_no_colleague_changed_it(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, by: str, sentence: str
) -> None:
    ruth, path = await signed_in(cast.ruth), f"/staff/patients/{cast.rosa.id}/edit"
    opened = {"name": cast.rosa.name, "zone": cast.rosa.zone, "seen": _seen(await ruth.get(path))}
    clock.move(hours=1)
    async with database.writing() as db:
        patient = await db.get_one(Patient, cast.rosa.id)
        if by == "nobody":
            patient.locale = "es"
        else:
            actor = system(cast.harbor.id) if by == "the system" else acting(getattr(cast, by))
            await flow.set_language(Work(db, actor, clock()), patient, "es")
    late = await ruth.submit(path, opened | {"instructions": "Bring the cane."})
    assert (late.status_code, sentence in words(late)) == (409, True), words(late)


async def test_case_61_the_latest_change_is_of_the_readers_own_clinic_and_of_the_acts_that_are_meant(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        work = work_by(db, cast.maria)
        await flow.set_language(work, await db.get_one(Patient, cast.rosa.id), "es")
    async with database.reading() as db:
        verbs: tuple[AuditVerb, ...] = ("patient.language",)
        assert await staff.latest_change(db, acting(cast.tom), verbs, cast.rosa.id) is None
        assert await staff.latest_change(db, acting(cast.ken), ("patient.contact",), cast.rosa.id) is None
        assert await staff.latest_change(db, acting(cast.ken), verbs, cast.walter.id) is None
        found = await staff.latest_change(db, acting(cast.ken), verbs, cast.walter.id, cast.rosa.id)
        assert found == staff.LatestChange(NOW, ActorKind.STAFF, "Maria Alvarez", is_own=False)
