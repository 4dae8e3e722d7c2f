"""The patient's page: who answered and from where, four profiles, calls, expected levels, who did what (case 61)."""

import re

import pytest
from httpx import Response

from server.db import Database
from server.desk import audit_words
from server.flags import expected_levels, notes
from server.flags.models import Flag
from server.people import calls
from server.people import rules as people_rules
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.rules import CallOutcome
from tests.browser_without_screen import markup, words
from tests.cast import NOW, Cast, acting, work_by
from tests.conftest import Enter, StillClock
from tests.desk.scene import SQLITE
from tests.flags.scene import answers, flags
from tests.stories import rows


@SQLITE
async def test_the_page_shows_notes_expected_levels_calls_and_who_did_what(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    await answers(database, cast.rosa, {}, 0)
    clock.now = await answers(database, cast.rosa, {"speech": "hard"}, 1)
    [flag] = await flags(database)
    async with database.writing() as db:
        stored = await db.get_one(Flag, flag.id)
        await notes.add_note(work_by(db, cast.ken, clock()), stored, "Speech therapist knows.")
        await expected_levels.expect(
            work_by(db, cast.ken, clock()),
            cast.rosa.id,
            expected_levels.Item("weekly-als", "saliva"),
            expected_levels.Wanted(2, 14, "New medicine."),
        )
        await calls.log_call(work_by(db, cast.ken, clock()), cast.rosa, CallOutcome.REACHED, "Fine for now.")
    maria = await signed_in(cast.maria)
    text = words(await maria.get(f"/staff/patients/{cast.rosa.id}"))
    for part in (
        "Speech therapist knows. Ken Osei",
        "Saliva and drooling: Some drooling New medicine.",
        "Fine for now.",
    ):
        assert part in text
    for line in ("Ken Osei wrote a note", "Ken Osei set an expected level", "Ken Osei logged a call"):
        assert line in text
    assert "Rosa Delgado sent answers" in text
    assert "Maria Alvarez opened the patient's page" in text
    assert "1 note" in words(await maria.get("/staff"))
    ended = await maria.submit(f"/staff/patients/{cast.rosa.id}/expected/weekly-als/saliva/end")
    assert "Some drooling New medicine" not in words(ended)


@SQLITE
async def test_the_page_shows_the_newest_audit_events_of_this_patient(
    signed_in: Enter, cast: Cast, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_words, "NEWEST", 8)
    maria, ken = await signed_in(cast.maria), await signed_in(cast.ken)
    for _ in range(5):
        await maria.get(f"/staff/patients/{cast.rosa.id}")
        await ken.get(f"/staff/patients/{cast.rosa.id}")
    await ken.get(f"/staff/patients/{cast.walter.id}")
    async with database.reading() as db:
        lines = await audit_words.of_patient(db, acting(cast.maria), cast.rosa)
        assert len(lines) == audit_words.NEWEST
        assert {line.who for line in lines} <= {"Maria Alvarez", "Ken Osei"}
        assert len(await audit_words.of_patient(db, acting(cast.maria), cast.walter)) == 1
        assert await audit_words.of_patient(db, acting(cast.tom), cast.rosa) == []


@SQLITE
async def test_the_sheet_for_a_visit_is_limited_to_the_clinic_and_audited(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    clock.now = await answers(database, cast.rosa, {"speech": "hard"}, 0)
    maria, tom = await signed_in(cast.maria), await signed_in(cast.tom)
    sheet = words(await maria.get(f"/staff/patients/{cast.rosa.id}/print"))
    for part in ("Rosa Delgado", "Harbor Infusion Center", "Speech: Hard to follow", "Luis Delgado, husband"):
        assert part in sheet
    assert (await tom.get(f"/staff/patients/{cast.rosa.id}/print")).status_code == 404
    async with database.reading() as db:
        assert len(await audit_words.of_patient(db, acting(cast.maria), cast.rosa)) >= 1
    assert clock() == NOW


@SQLITE
async def test_case_89_an_older_page_ends_no_pause_that_a_colleague_has_changed(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, ken, page = await signed_in(cast.maria), await signed_in(cast.ken), f"/staff/patients/{cast.rosa.id}"
    opened = (await maria.submit(f"{page}/pause", {"why": "holiday"})).text
    [shown] = set(re.findall(r'name="shown" value="(holiday [^"]+)"', opened))
    await ken.submit(f"{page}/pause", {"why": "hospital"})
    late = await maria.submit(f"{page}/pause", {"why": "resume", "shown": shown})
    assert "changed since you opened it. Nothing was saved" in words(late)
    assert "Paused · in hospital" in words(late)
    [rosa] = await rows(database, Patient, Patient.id == cast.rosa.id)
    assert (rosa.paused_at, rosa.pause_reason) == (NOW, "hospital")
    [now_shown] = set(re.findall(r'name="shown" value="(hospital [^"]+)"', late.text))
    await maria.submit(f"{page}/pause", {"why": "resume", "shown": now_shown})
    [rosa] = await rows(database, Patient, Patient.id == cast.rosa.id)
    assert rosa.paused_at is None


@SQLITE
@pytest.mark.parametrize(
    ("sent", "text", "printed"),
    [
        ({"end": "week", "day": ""}, "until: Monday, November 23", "until: Monday, November 23, 2026"),
        (
            {"end": "day", "day": "2026-11-17"},
            "until: Tomorrow, Tuesday, November 17",
            "until: Tuesday, November 17, 2026",
        ),
        ({"end": "day", "day": "2027-01-04"}, "until: Monday, January 4, 2027", "until: Monday, January 4, 2027"),
        ({"end": "open", "day": ""}, "until staff end it", "until staff end it"),
    ],
)
async def test_case_107_staff_choose_the_end_of_a_pause_and_every_page_says_it(
    signed_in: Enter, cast: Cast, database: Database, sent: dict[str, str], text: str, printed: str
) -> None:
    maria, path = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    page = await maria.submit(f"{path}/pause", {"why": "hospital", "shown": "none", **sent})
    assert f"{text}." in words(page)
    assert f"Paused, {text}" in words(await maria.get("/staff/patients"))
    assert f"Paused: in hospital, {printed}" in words(await maria.get(f"{path}/print"))
    await maria.submit(f"{path}/pause", {"why": "resume", "shown": shown_in(page)})
    [rosa] = await rows(database, Patient, Patient.id == cast.rosa.id)
    assert (rosa.paused_at, rosa.paused_until) == (None, None)


def shown_in(page: Response) -> str:
    """The pause that the page's forms say they showed."""
    [shown] = set(re.findall(r'name="shown" value="(none|[a-z-]+ 2026-[^"]+)"', page.text))
    return str(shown)


@SQLITE
async def test_case_107_a_pause_by_the_patients_wish_says_who_can_end_it(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, path = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    async with database.writing() as db:
        await pausing.pause(
            work_by(db, cast.rosa), await db.get_one(Patient, cast.rosa.id), people_rules.PauseReason.OWN_WISH
        )
    for page in (path, "/staff/patients", f"{path}/print"):
        assert "until the patient or staff end it" in words(await maria.get(page))


@SQLITE
async def test_case_107_a_reader_in_another_zone_reads_whose_day_it_is(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, path = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    async with database.writing() as db:
        (await db.get_one(Patient, cast.rosa.id)).zone = "America/Denver"
    page = await maria.submit(f"{path}/pause", {"why": "holiday", "end": "week", "day": ""})
    assert "until: Monday, November 23 (time in Denver)." in words(page)


@SQLITE
@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ({"why": "hospital", "end": "day", "day": "2026-11-16"}, "Please pick a day between these two"),
        ({"why": "consent-withdrawn", "end": "week", "day": ""}, "A pause for this reason never ends by itself."),
    ],
)
async def test_case_107_an_end_that_cannot_be_is_refused_on_the_patients_page(
    signed_in: Enter, cast: Cast, database: Database, sent: dict[str, str], fault: str
) -> None:
    maria, path = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    refused = await maria.submit(f"{path}/pause", sent)
    assert refused.status_code == 422
    assert fault in words(refused)
    assert f'value="{sent["end"]}" checked' in markup(refused)
    [rosa] = await rows(database, Patient, Patient.id == cast.rosa.id)
    assert rosa.paused_at is None


@SQLITE
async def test_case_89_an_older_page_changes_no_end_that_a_colleague_has_changed(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, ken, path = await signed_in(cast.maria), await signed_in(cast.ken), f"/staff/patients/{cast.rosa.id}"
    opened = await maria.submit(f"{path}/pause", {"why": "holiday", "end": "week", "day": ""})
    await ken.submit(f"{path}/pause", {"why": "holiday", "end": "two-weeks", "day": "", "shown": shown_in(opened)})
    for sent in ({"why": "resume"}, {"why": "holiday", "end": "open", "day": ""}):
        late = await maria.submit(f"{path}/pause", {**sent, "shown": shown_in(opened)})
        assert "changed since you opened it. Nothing was saved" in words(late)
        assert "until: Monday, November 30." in words(late)
    same = await maria.submit(
        f"{path}/pause", {"why": "holiday", "end": "two-weeks", "day": "", "shown": shown_in(opened)}
    )
    assert "changed since you opened it" not in words(same)  # it is what she wants


@SQLITE
async def test_case_107_withdrawn_consent_takes_no_other_reason_and_no_end(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, path = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    page = await maria.submit(f"{path}/pause", {"why": "consent-withdrawn"})
    assert "Change the pause" not in words(page)
    late = await maria.submit(f"{path}/pause", {"why": "holiday", "end": "week", "day": ""})
    assert "changed since you opened it. Nothing was saved" in words(late)
    [rosa] = await rows(database, Patient, Patient.id == cast.rosa.id)
    assert (rosa.pause_reason, rosa.paused_until) == ("consent-withdrawn", None)


@SQLITE
async def test_case_89_an_act_of_an_old_page_is_answered_with_the_page_as_it_is_now(
    signed_in: Enter, cast: Cast
) -> None:
    """The remark is made once: it is in no address that a reload, a bookmark or Back asks for again."""
    maria, path = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    refused = "This page has changed since you opened it. Nothing was saved. Here it is as it stands now."
    late = await maria.submit(f"{path}/pause", {"why": "resume", "shown": "hospital 2026-11-16T09:00:00.000000"})
    assert refused not in words(late)  # nothing is paused: the page shows what was wanted
    await maria.submit(f"{path}/pause", {"why": "holiday"})
    late = await maria.submit(f"{path}/pause", {"why": "resume", "shown": "none"})
    assert (refused in words(late), str(late.url).partition("?")[2]) == (True, "")
    assert refused not in words(await maria.get(str(late.url)))
    assert refused not in words(await maria.get(f"{path}?late=yes"))
