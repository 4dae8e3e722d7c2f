"""What a patient answered about mood never shows while another person holds the phone (case 123).

Two families differ only in the patients' private answers. Everything that the two caregivers' phones are sent must be
the same. A different text, code, count or missing button would tell one from the other.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.flags import lists
from server.flags.models import Flag
from server.flags.rules import Urgency
from server.people import flow as people
from server.people.models import Patient
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Value
from server.questionnaires.definition import Definition
from server.questionnaires.respondents import Respondent
from server.responses import drafts
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter
from tests.routes import ROUTES
from tests.stories import answered, due_check_in, entry, rows, sealed
from tests.world import NOTHING, address, method

pytestmark = [pytest.mark.sweep, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
WEEK = timedelta(days=7)
PUBLIC: dict[str, dict[str, Value]] = {
    "weekly-als": {
        "breathing": "none",
        "swallowing": "none",
        "speech": "none",
        "saliva": "none",
        "strength": "none",
        "fall": False,
        "cramps": "none",
        "pain": 1,
    },
    "day-after": {
        "nausea": "none",
        "dizziness": "none",
        "headache": "none",
        "unreal": "none",
        "sleep": "none",
        "pain": 1,
    },
}
FINE: dict[str, dict[str, Value]] = {"weekly-als": {"mood": "none"}, "day-after": {"mood": "none"}}
BAD: dict[str, dict[str, Value]] = {
    "weekly-als": {"mood": "very-hard"},
    "day-after": {"mood": "very-hard", "self-harm": True},
}
HANDS: tuple[dict[str, str], ...] = (
    {},
    {"who": "hands"},
    {"who": "hands", "chosen": "yes"},
    {"who": "hands", "page": "1"},
    {"who": "helper"},
)


@dataclass(frozen=True)
class Family:
    """`before` and `due` are the ids of last week's check-in and of the due one."""

    patient: Patient
    caregivers_name: str
    phone: Browser
    before: str
    due: str

    def ids_in(self, path: str, which: str) -> str:
        return path.replace(NOTHING.check_in_id, getattr(self, which))

    def plain(self, text: str) -> str:
        """The text without what always differs between two families: names, ids, tokens, marks."""
        text = text.replace(self.caregivers_name, "Their friend").replace(self.patient.name, "Somebody")
        text = text.replace(self.patient.name.split()[0], "Some")  # questions name the patient (case 104)
        text = re.sub(r' data-state="\w+"', "", text)  # a hash of the rest of the page (case 87)
        return re.sub(r"\b[0-9a-f]{20,}\b|\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "id", text)


async def family(
    database: Database, cast: Cast, signed_in: Enter, patient: Patient, slug: str, private: dict[str, Value]
) -> Family:
    """Two weeks of answers, the second with a flag, and a third check-in that the patient began on her own phone."""
    name = f"A friend of {patient.name}"
    async with database.writing() as db:
        caregiver = await people.add_caregiver(work_by(db, cast.maria), patient, name, "")
        first = await due_check_in(db, patient, slug, NOW - 2 * WEEK)
        await answered(db, patient, first, PUBLIC[slug] | FINE[slug], NOW - 2 * WEEK)
        before = await due_check_in(db, patient, slug, NOW - WEEK)
        sent = await answered(db, patient, before, PUBLIC[slug] | private, NOW - timedelta(minutes=5))
        sent.response.urgency = Urgency.TODAY if sent.flagged else Urgency.CAN_WAIT
        for flag in await lists.of_check_in(db, before.id):
            flag.owner_id = cast.maria.id
        due = await due_check_in(db, patient, slug)
        definition = await questionnaires.definition_of(db, due.questionnaire_id)
        for link_id, value in private.items():
            await drafts.keep(
                work_by(db, patient), due, definition, drafts.Statement(Respondent.SELF, {link_id: value})
            )
    return Family(patient, name, await signed_in(caregiver), before.id, due.id)


@pytest.fixture(params=["weekly-als", "day-after"])
def slug(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def families(slug: str, database: Database, cast: Cast, signed_in: Enter) -> tuple[Family, Family]:
    one = await family(database, cast, signed_in, cast.rosa, slug, FINE[slug])
    other = await family(database, cast, signed_in, cast.walter, slug, BAD[slug])
    flagged = await rows(database, Flag)
    assert {flag.patient_id for flag in flagged} == {cast.walter.id}  # there is something to reveal
    assert {flag.item for flag in flagged} == set(BAD[slug])
    return one, other


@pytest.fixture
async def definition(families: tuple[Family, Family], database: Database) -> Definition:
    async with database.reading() as db:
        return await questionnaires.definition_of(db, (await db.get_one(CheckIn, families[0].due)).questionnaire_id)


def pages(definition: Definition) -> list[tuple[str, dict[str, str]]]:
    """Every page that a caregiver's phone can open, from the router, with every parameter."""
    found: list[tuple[str, dict[str, str]]] = []
    after = [{"who": who, "after": q.link_id} for q in definition.questions for who in ("hands", "self")]
    for handler in ROUTES:
        if (
            method(handler) != "GET"
            or handler.opt["who"] not in ("person", "anyone")
            or "metrics" in str(handler.paths)
        ):
            continue
        named = "link_id" in sorted(handler.paths)[0]
        worlds = [replace(NOTHING, link_id=q.link_id) for q in definition.questions] if named else [NOTHING]
        for path in (address(handler, world) for world in worlds):
            asked = HANDS if "/check-ins/" in path else ({},)
            found += [(path, query) for query in [*asked, *(after if path.endswith("/next") else [])]]
    return found


def the_same(one: Family, other: Family, first: httpx.Response, second: httpx.Response, what: object) -> None:
    assert first.status_code == second.status_code, what
    assert one.plain(str(first.url)) == other.plain(str(second.url)), what
    assert one.plain(first.text) == other.plain(second.text), what


async def test_case_123_no_page_of_a_caregivers_phone_differs_by_the_mood(
    families: tuple[Family, Family], definition: Definition
) -> None:
    one, other = families
    assert len(pages(definition)) > 80
    for which in ("due", "before"):
        for path, query in pages(definition):
            first = await one.phone.http.get(one.ids_in(path, which), params=query)
            second = await other.phone.http.get(other.ids_in(path, which), params=query)
            the_same(one, other, first, second, (which, path, query))


@pytest.mark.parametrize("who", ["hands", "helper"])
@pytest.mark.parametrize("begins", ["same", "some", "all"])
@pytest.mark.parametrize("htmx", [{}, {"hx-request": "true", "hx-target": "main"}], ids=["page", "fragment"])
async def test_case_123_no_step_of_a_check_in_differs_by_the_mood(
    families: tuple[Family, Family], definition: Definition, who: str, begins: str, htmx: dict[str, str]
) -> None:
    one, other = families
    kept = entry(PUBLIC[definition.slug], who)
    steps: list[tuple[str, dict[str, Any]]] = [
        ("who", {"who": who}),
        ("same", {"say": begins, "who": who}),
        *(
            (f"q/{link_id}", {"answer": _pressed(value), "who": who})
            for link_id, value in PUBLIC[definition.slug].items()
        ),
        *((f"q/{q.link_id}", {"skip": "1", "who": who}) for q in definition.questions if definition.is_private(q)),
        ("send", {"who": who}),
        ("urgency", {"urgency": "today"}),
        ("withdraw", {}),
    ]
    for place, fields in steps:
        first = await one.phone.submit(f"/check-ins/{one.due}/{place}", fields, **htmx)
        second = await other.phone.submit(f"/check-ins/{other.due}/{place}", fields, **htmx)
        the_same(one, other, first, second, (place, fields))
        if htmx:
            continue  # the other pages do not depend on how the step was drawn
        for path in ("", "/check?who=hands", "/different?who=hands", "/sent"):
            first, second = [await each.phone.get(f"/check-ins/{each.due}{path}") for each in families]
            the_same(one, other, first, second, (place, path))
        first, second = await one.phone.get("/held"), await other.phone.get("/held")
        the_same(one, other, first, second, (place, "/held"))
    for place in ("answers", "responses"):
        first, second = [
            await each.phone.post_json(f"/check-ins/{each.due}/{place}", sealed("0" * 32, kept)) for each in families
        ]
        the_same(one, other, first, second, place)


def _pressed(value: Value) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
