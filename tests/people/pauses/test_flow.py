"""A pause begins, changes, is overruled and ends (cases 19, 107)."""

from datetime import date, timedelta

import pytest

from server.audit import AuditEvent
from server.db import Database
from server.people.models import Patient
from server.people.pauses import flow
from server.people.rules import PauseReason
from tests.cast import NOW, Cast, work_by
from tests.stories import audited, rows


async def test_case_19_a_second_pause_keeps_the_first_date_and_resuming_clears_it(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        await flow.pause(work_by(db, cast.maria), rosa, PauseReason.HOSPITAL)
        await flow.pause(work_by(db, cast.maria, NOW + timedelta(days=1)), rosa, PauseReason.OWN_WISH)
        assert (rosa.paused_at, rosa.pause_reason) == (NOW, PauseReason.OWN_WISH)
        await flow.resume(work_by(db, cast.maria, NOW + timedelta(days=2)), rosa)
        assert (rosa.paused_at, rosa.pause_reason) == (None, None)
    assert (await audited(database, cast.rosa.id))[-3:] == ["patient.paused", "patient.paused", "patient.resumed"]


async def test_case_107_a_pause_has_an_end_that_can_be_changed(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        shown = [rosa.pause_shown]
        for until in (date(2026, 11, 23), date(2026, 12, 24), None):
            await flow.pause(work_by(db, cast.maria), rosa, PauseReason.OWN_WISH, until)
            assert (rosa.paused_at, rosa.paused_until) == (NOW, until)
            shown.append(rosa.pause_shown)
        assert len(set(shown)) == len(shown)
        assert max(map(len, shown)) <= 60  # forms send it back
        await flow.resume(work_by(db, cast.maria), rosa)
        assert rosa.paused_until is None
    events = await rows(database, AuditEvent, AuditEvent.verb == "patient.paused")
    assert sorted(event.detail.get("until", "") for event in events) == ["", "2026-11-23", "2026-12-24"]


@pytest.mark.parametrize("why", [PauseReason.CONSENT_WITHDRAWN, PauseReason.HOSPICE, PauseReason.DEATH])
async def test_case_107_what_never_ends_by_itself_overrules_a_pause_with_an_end(
    database: Database, cast: Cast, why: PauseReason
) -> None:
    async with database.writing() as db:
        rosa, work, until = await db.get_one(Patient, cast.rosa.id), work_by(db, cast.maria), date(2026, 11, 23)
        await flow.pause(work, rosa, PauseReason.HOLIDAY, until)
        await flow.pause(work, rosa, why, until)
        assert (rosa.pause_reason, rosa.paused_until) == (why, None)
        former = (None, None) if why == PauseReason.CONSENT_WITHDRAWN else ("holiday", until)
        assert (rosa.former_pause, rosa.former_pause_until) == former
        await flow.pause(work, rosa, PauseReason.HOSPITAL, until)
        assert (rosa.pause_reason, rosa.paused_until) == (why, None)


async def test_case_107_no_later_pause_takes_the_place_of_withdrawn_consent_behind_an_end_of_care(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        rosa, work = await db.get_one(Patient, cast.rosa.id), work_by(db, cast.maria)
        for why in (PauseReason.HOSPICE, PauseReason.CONSENT_WITHDRAWN, PauseReason.HOLIDAY):
            await flow.pause(work, rosa, why, date(2026, 11, 23))
        assert (rosa.pause_reason, rosa.former_pause) == ("hospice", "consent-withdrawn")
        assert rosa.former_pause_until is None
