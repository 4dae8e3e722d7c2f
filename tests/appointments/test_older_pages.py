"""What staff do to a visit from a page that is older than what stands is refused (cases 88, 89)."""

import re
from html import unescape

import pytest
from httpx import Response

from server.db import Database
from tests.appointments.scene import ONE_DATABASE, booked, only_visit
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter, StillClock


@ONE_DATABASE
async def test_case_89_a_visit_that_a_colleague_moved_meanwhile_is_not_moved_by_an_old_page(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, ken = await signed_in(cast.maria), await signed_in(cast.ken)
    visit = await booked(maria, cast, database)
    old = {"shown": visit.shown_to_mark}
    await ken.submit(f"/staff/visits/{visit.id}/move", old | {"date": "2026-12-02", "time": "11:00"})
    late = await maria.submit(f"/staff/visits/{visit.id}/move", old | {"date": "2026-12-03", "time": "14:00"})
    assert late.status_code == 409
    assert "This visit has been moved to Wed, Dec 2, 11:00 AM" in words(late)
    assert 'value="2026-12-03"' in late.text
    assert (await only_visit(database)).starts.isoformat() == "2026-12-02T11:00:00"


@ONE_DATABASE
async def test_case_89_an_older_page_moves_no_visit_that_a_colleague_has_marked(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, ken = await signed_in(cast.maria), await signed_in(cast.ken)
    visit = await booked(maria, cast, database)
    shown = shown_by(await maria.get(f"/staff/visits/{visit.id}"), "move")
    await ken.submit(f"/staff/visits/{visit.id}/mark", {"status": "arrived", "anyway": "arrived"})
    moved = {"shown": shown, "date": "2026-12-03", "time": "14:00"}
    late = await maria.submit(f"/staff/visits/{visit.id}/move", moved)
    assert (late.status_code, 'value="2026-12-03"' in late.text) == (409, True)
    assert (await only_visit(database)).status == "arrived"


def shown_by(page: Response, form: str) -> str:
    """What a form of the visit's page, or of the inbox, says of its page."""
    inside = page.text.partition(f'/{form}">')[2].partition("</form>")[0]
    found = re.search(r'name="(?:shown|seen)"\s+value="([^"]*)"', inside)
    assert found is not None
    return unescape(found[1])


@ONE_DATABASE
@pytest.mark.parametrize("status", ["cancelled", "arrived"])
async def test_case_89_a_visit_that_changed_meanwhile_is_not_marked_by_an_old_page(
    signed_in: Enter, cast: Cast, database: Database, status: str
) -> None:
    maria, ken = await signed_in(cast.maria), await signed_in(cast.ken)
    visit = await booked(maria, cast, database)
    path = f"/staff/visits/{visit.id}"
    old = {"status": status, "anyway": status, "shown": shown_by(await maria.get(path), "mark")}
    await ken.submit(f"{path}/move", {"date": "2026-12-02", "time": "11:00"})
    late = await maria.submit(f"{path}/mark", old)
    assert (late.status_code, "changed since you opened it" in words(late)) == (409, True)
    assert "Here it is as it stands now." in words(late)
    assert "Wednesday, December 2, 11:00 AM booked" in words(late)
    assert (await only_visit(database)).status == "booked"
    again = await maria.submit(f"{path}/mark", old | {"shown": shown_by(late, "mark")})
    assert (again.status_code, (await only_visit(database)).status) == (200, status)
    assert (await maria.submit(f"{path}/mark", old)).status_code == 200  # pressed twice


@ONE_DATABASE
async def test_case_89_two_corrections_of_a_visit_lose_nothing(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, ken = await signed_in(cast.maria), await signed_in(cast.ken)
    visit = await booked(maria, cast, database)
    path = f"/staff/visits/{visit.id}"
    seen = {"seen": shown_by(await maria.get(path), "correct"), "minutes": "90"}
    await ken.submit(f"{path}/correct", seen | {"place": "Room 9", "instructions": ""})
    late = await maria.submit(f"{path}/correct", seen | {"place": "Room 2", "instructions": "No breakfast."})
    assert (late.status_code, "This was changed while you had it open" in words(late)) == (409, True)
    assert "Place: Room 9" in words(late)
    both = {"place": "Room 9", "minutes": "90", "instructions": "No breakfast."}
    assert all(value in late.text for value in both.values())
    await maria.submit(f"{path}/correct", both | {"seen": shown_by(late, "correct")})
    stored = await only_visit(database)
    assert (stored.place, stored.instructions) == ("Room 9", "No breakfast.")


@ONE_DATABASE
async def test_case_88_a_reply_that_staff_record_counts_for_the_time_on_their_screen(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    maria, ken, rosa = await signed_in(cast.maria), await signed_in(cast.ken), await signed_in(cast.rosa)
    visit = await booked(maria, cast, database)
    path = f"/staff/visits/{visit.id}"
    old = {"reply": "coming", "shown": shown_by(await maria.get(path), "reply")}
    await ken.submit(f"{path}/move", {"date": "2026-12-02", "time": "11:00"})
    late = await maria.submit(f"{path}/reply", old)
    assert (late.status_code, "Nothing was saved" in words(late)) == (409, True)
    assert (await only_visit(database)).reply is None
    fresh = old | {"shown": shown_by(late, "reply")}
    await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "cant", "shown": (await only_visit(database)).shown})
    assert (await maria.submit(f"{path}/reply", fresh)).status_code == 409
    assert (await only_visit(database)).reply == "cant"
    clock.now = (await only_visit(database)).starts_at
    maria = await signed_in(cast.maria)
    over = await maria.submit(f"{path}/reply", {"reply": "coming"})
    assert (over.status_code, (await only_visit(database)).reply) == (422, "cant")


@ONE_DATABASE
async def test_case_89_done_is_about_the_reply_that_the_inbox_showed(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    maria, rosa = await signed_in(cast.maria), await signed_in(cast.rosa)
    visit = await booked(maria, cast, database)
    await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "cant", "shown": visit.shown})
    old = {"shown": shown_by(await maria.get("/staff"), "handled")}
    clock.move(minutes=5)
    await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "another", "shown": visit.shown})
    inbox = await maria.submit(f"/staff/visits/{visit.id}/handled", old)
    assert "asks for another time: Tue, Dec 1, 10:00 AM" in words(inbox)
    done = await maria.submit(f"/staff/visits/{visit.id}/handled", {"shown": shown_by(inbox, "handled")})
    assert "asks for another time" not in words(done)
