"""The sheet for a visit, printed by Chromium: at most two pages on A4 and Letter, with nothing missing."""

import asyncio
from datetime import timedelta
from io import BytesIO
from unicodedata import normalize

import pytest
from playwright.async_api import Browser
from pypdf import PageObject, PdfReader

from server.checkins.models import CheckIn
from server.clock import system_clock
from server.db import Work
from server.flags import actions, lists
from server.flags.rules import FlagOutcome
from server.people import calls
from server.people import flow as people
from server.people.models import Patient
from server.people.rules import CallOutcome
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Value
from server.questionnaires.branching import still_asked
from server.questionnaires.definition import Definition
from server.questionnaires.respondents import Respondent
from server.responses.submission import submit
from server.responses.submission.submission import Submission
from tests.cast import acting, work_by
from tests.stories import due_check_in

from .people import desk_of, phone_of
from .running_site import RunningSite

LONG = "A note that goes on for much longer than any sheet of paper has room for beside all the others. " * 4
ALL = ("weekly-als", "function", "day-after", "daily-three", "readiness")


@pytest.mark.parametrize("paper", ["A4", "Letter"])
async def test_a_patient_with_much_to_report_prints_on_two_pages(
    chromium: Browser, site: RunningSite, paper: str
) -> None:
    await given_much_to_tell(site)
    ken = await desk_of(chromium, site, site.cast.ken)
    await ken.goto(f"/staff/patients/{site.cast.rosa.id}/print")
    pages = PdfReader(BytesIO(await ken.pdf(format=paper))).pages
    assert len(pages) == 2
    first, second = (normalize("NFKC", " ".join(page.extract_text().split())) for page in pages)  # "ﬁ" is "fi"
    for words in (
        "Rosa Delgado",
        "Harbor Infusion Center",
        "Needs action",
        "What was done",
        "Left a message",
        "Luis Delgado",
    ):
        assert words in first
    for words in ("Four profiles", "Bulbar", "Respiratory", "Weekly check-in", "Monthly function check-in", "Mood"):
        assert words in second
    assert "Sign out" not in first


@pytest.mark.parametrize("paper", ["A4", "Letter"])
async def test_a_patient_with_nothing_to_report_prints_too(chromium: Browser, site: RunningSite, paper: str) -> None:
    ken = await desk_of(chromium, site, site.cast.ken)
    await ken.goto(f"/staff/patients/{site.cast.walter.id}/print")
    pages = PdfReader(BytesIO(await ken.pdf(format=paper))).pages
    assert 1 <= len(pages) <= 2
    assert "Walter Brandt" in pages[0].extract_text()


@pytest.mark.parametrize(("tongue", "numbered"), [("en-US", "Page {} of {}"), ("es-US", "Página {} de {}")])
async def test_case_112_every_printed_page_says_whose_it_is_and_which_page(
    chromium: Browser, site: RunningSite, tongue: str, numbered: str
) -> None:
    await given_much_to_tell(site)
    desk = await desk_of(chromium, site, site.cast.ken, locale=tongue)
    year = str(system_clock().year)
    for path, at_least in (("", 3), ("/print", 2)):
        await desk.goto(f"/staff/patients/{site.cast.rosa.id}{path}")
        pages = [page_text(page) for page in PdfReader(BytesIO(await desk.pdf(format="A4"))).pages]
        assert len(pages) >= at_least
        for number, text in enumerate(pages, 1):
            born = "Mar 4, 1961" if tongue == "en-US" else "4 mar 1961"
            for words in (
                "Rosa Delgado",
                born,
                "77",
                "Harbor Infusion Center",
                year,
                numbered.format(number, len(pages)),
            ):
                assert words in text, (path, number, words)


async def test_case_112_a_long_name_is_whole_on_paper_and_hides_nothing(chromium: Browser, site: RunningSite) -> None:
    name = "Maximiliana Josefina " * 10
    async with site.database.writing() as db:
        (await db.get_one(Patient, site.cast.rosa.id)).name = name.strip()
    ken = await desk_of(chromium, site, site.cast.ken)
    await ken.emulate_media(media="print")
    for path in ("", "/print"):
        await ken.goto(f"/staff/patients/{site.cast.rosa.id}{path}")
        head, heading = ken.locator(".print-head"), ken.locator("h1")
        ends, begins = await head.bounding_box(), await heading.bounding_box()
        assert ends
        assert begins
        assert ends["y"] + ends["height"] <= begins["y"], path
        assert await head.evaluate("head => head.scrollWidth <= head.clientWidth"), path
        text = page_text(PdfReader(BytesIO(await ken.pdf(format="A4"))).pages[0])
        assert text.replace(" ", "").count(name.replace(" ", "")) == 2, path


async def test_case_112_pages_that_are_of_no_one_patient_say_the_clinic(chromium: Browser, site: RunningSite) -> None:
    ken = await desk_of(chromium, site, site.cast.ken)
    for path in ("/staff/schedule", "/staff/patients", "/staff"):
        await ken.goto(path)
        pages = [page_text(page) for page in PdfReader(BytesIO(await ken.pdf(format="A4"))).pages]
        for number, text in enumerate(pages, 1):
            assert "Harbor Infusion Center" in text
            assert f"Page {number} of {len(pages)}" in text


async def test_case_112_a_patients_own_file_says_on_each_page_whose_it_is(chromium: Browser, site: RunningSite) -> None:
    await given_much_to_tell(site)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    answer = await rosa.request.get("/my-data.html")
    opened = await rosa.context.new_page()  # as from a disk: our pages' content policy does not apply
    await opened.set_content(await answer.text())
    pages = [page_text(page) for page in PdfReader(BytesIO(await opened.pdf(format="A4"))).pages]
    assert len(pages) >= 3
    for number, text in enumerate(pages, 1):
        assert "Rosa Delgado · born Mar 4, 1961 · record 77 · Harbor Infusion Center" in text
        assert f"Page {number} of {len(pages)}" in text


def page_text(page: PageObject) -> str:
    return normalize("NFKC", " ".join(page.extract_text().split()))


async def given_much_to_tell(site: RunningSite) -> None:
    """Three rounds of every check-in, each worse than the last.

    Long names and notes, open and closed flags, and calls.
    """
    rosa, maria = site.cast.rosa, acting(site.cast.maria)
    began = (system_clock() - timedelta(days=90)).replace(second=0, microsecond=0)
    async with site.database.writing() as db:
        stored = await db.get_one(Patient, rosa.id)
        stored.birth_date, stored.record_number = "1961-03-04", "77"
        for number in range(4):
            await people.add_caregiver(
                Work(db, maria, began), rosa, f"A helper with quite a long name {number}", "neighbour"
            )
        for day in range(8):
            await calls.log_call(Work(db, maria, began + timedelta(days=day)), rosa, CallOutcome.LEFT_MESSAGE, LONG)
    for round_ in range(3):
        for place, slug in enumerate(ALL):
            at = began + timedelta(days=30 * round_ + place)
            await asyncio.sleep(0.02)  # lets the worker run
            async with site.database.writing() as db:
                await _answer(db, site, await due_check_in(db, rosa, slug, at), round_ + 1)
        async with site.database.writing() as db:
            flags = await lists.of_patient(db, rosa.id)
            for flag in flags[: len(flags) // 2] if round_ < 2 else []:
                if flag.closed_at is None:
                    await actions.close(Work(db, maria, at), flag, actions.Outcome(FlagOutcome.CALLED, LONG))


async def _answer(db, site: RunningSite, check_in: CheckIn, level: int) -> None:  # type: ignore[no-untyped-def]
    definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
    given = {question.link_id: _value(definition, question.link_id, level) for question in definition.questions}
    sent = Submission(
        check_in.client_id, still_asked(definition, given, Respondent.SELF), Respondent.SELF, check_in.due_at
    )
    await submit.submit(work_by(db, site.cast.rosa, check_in.due_at), check_in, sent)


def _value(definition: Definition, link_id: str, level: int) -> Value:
    question = definition.by_id[link_id]
    if question.type == "boolean":
        return question.worse_answer
    return level * 2 if question.type == "integer" else next(o.code for o in question.options if o.level == level)
