"""A caregiver's own view never says "you" and means the patient, on any page or copy of a page (case 104)."""

import html
import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from httpx import Response as Page
from sqlalchemy import select

from server.appointments import booking
from server.appointments import flow as appointments
from server.appointments.booking import NewAppointment
from server.appointments.replies import flow as replies
from server.db import Database
from server.flags.models import Flag
from server.flags.rules import FlagOutcome
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.rules import ContactBy, PauseReason
from server.questionnaires.respondents import Respondent
from server.reminders.message_text import words_for
from server.reminders.states import ReminderKind, Reply
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter, StillClock
from tests.phone.visits import STARTS
from tests.questionnaires.made_up import library
from tests.responses.last_time import WEEK
from tests.routes import ROUTES
from tests.stories import STEADY, due_check_in

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # pages: no database differs
SLUGS = sorted(path.stem for path in (Path(__file__).parents[2] / "server/questionnaires/library").glob("*.json"))

# Reminders of the reader's own device, and those to staff.
NOT_ABOUT_PATIENTS = {
    ReminderKind.TEST,
    ReminderKind.DEVICE_CHECK,
    ReminderKind.ALERT,
    ReminderKind.ON_CALL,
    ReminderKind.OVERDUE,
}

# Here "you" is whoever holds the phone: what they sent, their clinic, their connection, their next notification.
THE_READER = (
    "your clinic",
    "thank you",
    "your answer",
    "bring your list of medicines",  # the clinic's own words
    "on your home screen",
    "you're back online",
    "you're online",
    "you'll get the next question",
    "we're not sending you anything",
    "we'll let you know",
    "you did not answer any question",
    "you can still go back",
    "what you said on",
    "what you choose here",
    "needs your attention",
    "what you see",
    "you asked the clinic to contact rosa",
    "you said that it can wait",
    "look at something you sent",
    "you can call or send a text",
    "you can call the clinic whenever you want",
)

# Pages of the caregiver's own device and account, where "you" is the caregiver.
OWN_PAGES = ("/settings", "/reminders", "/sign-out", "/whose", "/visits/{appointment_id:str}/visit.ics")
WALKED = {
    "/set-aside",
    "/answers",
    "/held",
    "/visits/{appointment_id:str}",
    "/check-ins/{check_in_id:str}",
    *(
        f"/check-ins/{{check_in_id:str}}/{page}"
        for page in ("who", "q/{link_id:str}", "next", "check", "same", "different", "urgency", "sent")
    ),
}


def meant_for_the_patient(page: str) -> list[str]:
    """What a page says to "you" without meaning its reader; attributes with texts for scripts included."""
    text = re.sub(r"<script.*?</script>|<title>Interlude</title>", " ", page, flags=re.DOTALL)
    text = " ".join(html.unescape(text).split())
    for phrase in THE_READER:
        text = re.sub(re.escape(phrase), "", text, flags=re.IGNORECASE)
    return [text[max(found.start() - 40, 0) : found.end() + 40] for found in re.finditer(r"\byou(r|rs)?\b", text, re.I)]


def as_a_caregiver_sees_it(page: str) -> str:
    """A page that the phone keeps, as pwa/offline-checkin.js changes it."""
    page = re.sub(r"<(span|div) data-own>.*?</\1>", "", page, flags=re.DOTALL)
    page = re.sub(r"<title>.*?</title>", "", page, flags=re.DOTALL)
    return re.sub(r'data-who="hands">.*?</p>', "></p>", page, flags=re.DOTALL)


def test_every_page_about_a_check_in_or_a_visit_is_walked() -> None:
    persons = {path for route in ROUTES if "GET" in route.http_methods for path in route.paths}
    persons &= {path for route in ROUTES if route.opt.get("who") == "person" for path in route.paths}
    assert {path for path in persons if not path.startswith(OWN_PAGES)} == WALKED


@pytest.mark.sweep
@ONE_DATABASE
@pytest.mark.parametrize("slug", SLUGS)
async def test_case_104_questions_and_red_screens_name_the_patient(
    signed_in: Enter, cast: Cast, database: Database, slug: str
) -> None:
    async with database.writing() as db:
        due = await due_check_in(db, cast.rosa, slug)
    luis = await signed_in(cast.luis)
    here = f"/check-ins/{due.id}"
    pages = [(await luis.get(f"{here}{page}")).text for page in ("", "/who", "/next?who=helper", "/check?who=helper")]
    for question in library(slug).questions:
        pages.append((await luis.get(f"{here}/q/{question.link_id}?who=helper")).text)
        for answer in re.findall(r'value="([^"]+)" data-red=', pages[-1])[:1]:
            pages.append((await luis.submit(f"{here}/q/{question.link_id}", {"answer": answer, "who": "helper"})).text)
            assert 'id="red"' in pages[-1]
    pages.append((await luis.get("/")).text)
    assert [meant_for_the_patient(page) for page in pages] == [[]] * len(pages)


@pytest.mark.sweep
@ONE_DATABASE
@pytest.mark.parametrize("slug", SLUGS)
async def test_case_104_the_copies_that_a_phone_keeps_name_the_patient(
    signed_in: Enter, cast: Cast, database: Database, slug: str
) -> None:
    async with database.writing() as db:
        await due_check_in(db, cast.rosa, slug)
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(STARTS))
        await replies.answer(work_by(db, cast.luis), visit, Reply.COMING)
    kept = (await (await signed_in(cast.luis)).get("/held")).json()
    [form] = kept["forms"]
    pages = [*(one["html"] for one in form["questions"]), *form["pages"].values()]
    pages = [as_a_caregiver_sees_it(page) for page in pages] + [visit["html"] for visit in kept["visits"]]
    assert [meant_for_the_patient(page) for page in pages] == [[]] * len(pages)
    assert all("data-named" in one["html"] for one in form["questions"] if 'id="red-' in one["html"])


@ONE_DATABASE
async def test_case_104_as_last_time(signed_in: Enter, cast: Cast, database: Database, clock: StillClock) -> None:
    clock.move(days=-7)
    async with database.writing() as db:
        before = await due_check_in(db, cast.rosa, now=NOW - WEEK)
    luis = await signed_in(cast.luis)
    await _send(luis, before.id, STEADY)
    clock.move(days=7)
    async with database.writing() as db:
        due = await due_check_in(db, cast.rosa)
    here = f"/check-ins/{due.id}"
    pages = [await luis.get(f"{here}/same?who=helper")]
    pages.append(await luis.submit(f"{here}/same", {"say": "some", "who": "helper"}))
    assert pages[0].url.path.endswith("/same"), pages[0].url
    assert pages[1].url.path.endswith("/different")
    pages.append(await luis.get(f"{here}/check?who=helper"))
    assert [meant_for_the_patient(page.text) for page in pages] == [[]] * len(pages)


@pytest.mark.sweep
@ONE_DATABASE
@pytest.mark.parametrize("outcome", [None, *FlagOutcome])
@pytest.mark.parametrize("contact", ContactBy)
async def test_case_104_what_follows_names_the_patient(
    signed_in: Enter, cast: Cast, database: Database, outcome: FlagOutcome | None, contact: ContactBy
) -> None:
    async with database.writing() as db:
        due = await due_check_in(db, cast.rosa)
        (await db.get_one(Patient, cast.rosa.id)).contact = contact
    luis = await signed_in(cast.luis)
    pages = [await _send(luis, due.id, STEADY | {"strength": "very-hard", "pain": 9})]
    assert pages[0].url.path.endswith("/urgency")
    pages += [await luis.get("/")]
    async with database.writing() as db:
        for flag in await db.scalars(select(Flag)):
            flag.owner_id, flag.outcome = cast.maria.id, outcome
            flag.closed_at = NOW if outcome else None
    pages += [await luis.submit(f"/check-ins/{due.id}/urgency", {"urgency": "today"})]
    assert pages[-1].url.path.endswith("/sent")
    pages += [await luis.get("/"), await luis.get("/answers"), await luis.get("/set-aside"), await luis.get("/help")]
    assert [meant_for_the_patient(page.text) for page in pages] == [[]] * len(pages)


@pytest.mark.sweep
@ONE_DATABASE
@pytest.mark.parametrize("reply", [None, *Reply])
async def test_case_104_a_visit_and_the_reply_to_it_name_the_patient(
    signed_in: Enter, cast: Cast, database: Database, reply: Reply | None
) -> None:
    async with database.writing() as db:
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(STARTS))
        if reply:
            await replies.answer(work_by(db, cast.luis), visit, reply)
    luis = await signed_in(cast.luis)
    pages = [await luis.get(f"/visits/{visit.id}"), await luis.get("/")]
    async with database.writing() as db:
        visit = await appointments.find(db, work_by(db, cast.luis).actor, visit.id) or visit
        await appointments.move(work_by(db, cast.maria), visit, STARTS + timedelta(days=1))
    pages += [await luis.submit(f"/visits/{visit.id}/answer", {"reply": "coming", "shown": "before"})]
    pages += [await luis.get(f"/visits/{visit.id}"), await luis.get("/")]
    assert [meant_for_the_patient(page.text) for page in pages] == [[]] * len(pages)


@ONE_DATABASE
@pytest.mark.parametrize("reason", [None, *PauseReason])
@pytest.mark.parametrize("until", [None, date(2026, 11, 23)])
async def test_case_104_a_pause_names_the_patient(
    signed_in: Enter, cast: Cast, database: Database, reason: PauseReason | None, until: date | None
) -> None:
    luis = await signed_in(cast.luis)
    async with database.writing() as db:
        if reason:
            patient = await db.get_one(Patient, cast.rosa.id)
            await pausing.pause(work_by(db, cast.maria), patient, reason, until)
    pages = [await luis.get("/"), await luis.get("/settings/pause")]
    assert [meant_for_the_patient(page.text) for page in pages] == [[], []]


@pytest.mark.parametrize("kind", [kind for kind in ReminderKind if kind not in NOT_ABOUT_PATIENTS])
def test_case_104_a_notification_names_the_patient(kind: ReminderKind) -> None:
    words = words_for(kind, None, about="Rosa")
    assert "Rosa" in words.title
    assert meant_for_the_patient(json.dumps([words.title, words.body, words.actions])) == []


@ONE_DATABASE
async def test_whoever_only_taps_reads_the_patients_own_words(signed_in: Enter, cast: Cast, database: Database) -> None:
    async with database.writing() as db:
        due = await due_check_in(db, cast.rosa)
    luis = await signed_in(cast.luis)
    red = await luis.submit(f"/check-ins/{due.id}/q/fall", {"answer": "yes", "who": "hands"})
    assert "You had a fall" in red.text
    assert "Rosa had a fall" not in red.text


async def _send(device: Browser, check_in_id: str, answers: dict[str, object]) -> Page:
    here = f"/check-ins/{check_in_id}"
    for link_id, answer in answers.items():
        raw = ("yes" if answer else "no") if isinstance(answer, bool) else str(answer)
        if link_id != "mood":
            await device.submit(f"{here}/q/{link_id}", {"answer": raw, "who": Respondent.CAREGIVER})
    return await device.submit(f"{here}/send", {"who": Respondent.CAREGIVER})
