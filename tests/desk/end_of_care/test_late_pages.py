"""Pages that are older than an end of care, and acts while one is being recorded."""

import asyncio
import re
from datetime import datetime, timedelta

import pytest
from httpx import Response

from server.access.models import PairingCode
from server.appointments.models import Appointment, EndOfCare
from server.db import Database
from server.desk.end_of_care import flow
from server.people.models import Patient
from server.people.rules import PauseReason
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter, StillClock
from tests.desk.end_of_care.test_flow import booked
from tests.desk.end_of_care.test_pages import rosa_now
from tests.stories import rows
from tests.web.form_reader import read


async def as_ken_records_the_death(
    database: Database, cast: Cast, device: Browser, address: str, sent: dict[str, str], now: datetime = NOW
) -> Response:
    """The act begins while the death is being saved, and judges what was saved."""
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        await flow.end(work_by(db, cast.ken, now), rosa, PauseReason.DEATH)
        act = asyncio.create_task(device.submit(address, sent))
        await asyncio.wait({act}, timeout=0.5)
    return await act


@pytest.mark.parametrize(("address", "sent"), [("pause", {"pause": "off"}), ("leave", {})])
async def test_case_117_what_a_patient_presses_while_a_death_is_recorded_hides_no_death(
    signed_in: Enter, cast: Cast, database: Database, address: str, sent: dict[str, str]
) -> None:
    rosa = await signed_in(cast.rosa)
    await rosa.submit("/settings/pause", {"pause": "on"})
    await as_ken_records_the_death(database, cast, rosa, f"/settings/{address}", sent)
    now = await rosa_now(database, cast)
    assert (now.paused_at, now.pause_reason) == (NOW, "death")


@pytest.mark.parametrize(("address", "sent"), [("pair", {}), ("devices", {"code": "123456"})])
async def test_case_127_no_phone_is_paired_while_a_death_is_recorded(
    signed_in: Enter, cast: Cast, database: Database, address: str, sent: dict[str, str]
) -> None:
    maria = await signed_in(cast.maria)
    late = await as_ken_records_the_death(database, cast, maria, f"/staff/patients/{cast.rosa.id}/{address}", sent)
    assert "changed since you opened it. Nothing was saved" in words(late)
    assert await rows(database, PairingCode) == []


async def test_case_117_no_visit_is_restored_while_a_death_is_recorded(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    [visit] = await booked(database, cast, 2)
    maria, page = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}/care"
    await maria.submit(page, {"why": "death"})
    await maria.submit(f"{page}/reverse", {"reason": "Another Rosa Delgado."})
    late = await as_ken_records_the_death(database, cast, maria, f"{page}/restore", {"visit": visit})
    assert late.status_code == 409
    assert [row.status for row in await rows(database, Appointment)] == ["cancelled"]


@pytest.mark.parametrize("why", ["death", "hospice"])
@pytest.mark.parametrize("arrived", [True, False])
async def test_case_117_an_older_page_neither_moves_a_visit_nor_marks_it_as_booked(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, why: str, arrived: bool
) -> None:
    """A visit that has begun is not cancelled, and stays as it was."""
    [visit] = await booked(database, cast, 2)
    clock.move(days=2, hours=1)
    maria, ken, page = await signed_in(cast.maria), await signed_in(cast.ken), f"/staff/visits/{visit}"
    if arrived:
        await maria.submit(f"{page}/mark", {"status": "arrived"})
    await ken.submit(f"/staff/patients/{cast.rosa.id}/care", {"why": why})
    moved = {"date": "2026-12-03", "time": "14:00"}
    acts = [("move", moved), ("move", moved | {"anyway": "yes"})] + [("mark", {"status": "booked"})] * arrived
    for address, sent in acts:
        refused = await maria.submit(f"{page}/{address}", sent)
        assert refused.status_code == 422
        not_done = "The visit was not moved." if address == "move" else "Nothing was saved."
        assert f"This patient has died or is in hospice care. {not_done}" in words(refused)
    [row] = await rows(database, Appointment)
    assert (row.status, row.starts_at) == ("arrived" if arrived else "booked", NOW + timedelta(days=2))
    done = await maria.submit(f"{page}/mark", {"status": "fulfilled"})
    assert done.status_code == 200


async def test_case_117_no_visit_is_moved_while_a_death_is_recorded(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    [visit] = await booked(database, cast, 2)
    clock.move(days=2, hours=1)
    maria, sent = await signed_in(cast.maria), {"date": "2026-12-03", "time": "14:00", "anyway": "yes"}
    late = await as_ken_records_the_death(database, cast, maria, f"/staff/visits/{visit}/move", sent, clock())
    assert "This patient has died or is in hospice care. The visit was not moved." in words(late)
    [row] = await rows(database, Appointment)
    assert row.starts_at == NOW + timedelta(days=2)


@pytest.mark.parametrize("ken", [{"address": "", "why": "death"}, {"address": "/reverse", "reason": "Another Rosa."}])
async def test_case_89_a_page_about_hospice_care_takes_back_no_death(
    signed_in: Enter, cast: Cast, database: Database, ken: dict[str, str]
) -> None:
    """Maria opened the page before Ken recorded the death, or took the hospice care back himself."""
    maria, kens, page = await signed_in(cast.maria), await signed_in(cast.ken), f"/staff/patients/{cast.rosa.id}/care"
    await maria.submit(page, {"why": "hospice"})
    shown = re.findall(r'name="shown" value="(\w+)"', (await maria.get(f"{page}/reverse")).text)[0]
    await kens.submit(page + ken["address"], ken)
    late = await maria.submit(f"{page}/reverse", {"shown": shown, "reason": "She went home."})
    if "why" in ken:
        assert (late.status_code, "She went home." in late.text, "died" in words(late)) == (409, True, True)
        assert (await rosa_now(database, cast)).pause_reason == "death"
    else:
        assert "changed" in words(late)
        assert [row.reason for row in await rows(database, EndOfCare)] == ["Another Rosa."]


@pytest.mark.parametrize("why", ["death", "hospice"])
async def test_case_89_an_end_of_care_cancels_no_visit_that_its_page_did_not_show(
    signed_in: Enter, cast: Cast, database: Database, why: str
) -> None:
    maria, page = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}/care"
    opened = await maria.get(f"{page}?why={why}")
    [visit] = await booked(database, cast, 2)
    older = await maria.submit(page, _form(opened, page) | {"why": why})
    assert older.status_code == 409
    assert "These visits will be cancelled" in words(older)
    assert [row.status for row in await rows(database, Appointment)] == ["booked"]
    for _press in range(2):
        ended = await maria.submit(page, _form(older, page) | {"why": why})
        assert ended.url.path == f"/staff/patients/{cast.rosa.id}"
    assert [(row.id, row.status) for row in await rows(database, Appointment)] == [(visit, "cancelled")]


def _form(page: Response, action: str) -> dict[str, str]:
    [form] = [form for form in read(page.text).forms if form.action == action]
    return form.sent()
