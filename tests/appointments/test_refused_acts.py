"""What a refused act on a visit says: what was not done, and never something about another act (cases 89, 116)."""

import pytest

from server.appointments.models import Appointment
from server.db import Database
from tests.appointments.scene import ONE_DATABASE, book, booked, only_visit
from tests.appointments.test_older_pages import shown_by
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.stories import rows

pytestmark = ONE_DATABASE
NOT_BOOKED, NOT_MOVED, NOT_SAVED = "Nothing was booked.", "The visit was not moved.", "Nothing was saved."
BAD_TIMES = [
    ({"date": "2027-03-14", "time": "02:30"}, "Please choose another time."),
    ({"date": "", "time": "10:00"}, "a date and a time."),
    ({"date": "2026-11-01", "time": "10:00"}, "That time has passed."),
    ({"date": "2056-11-01", "time": "10:00"}, "Please check the year."),
]


def one_outcome(text: str, outcome: str) -> bool:
    return [each for each in (NOT_BOOKED, NOT_MOVED, NOT_SAVED) if each in text] == [outcome]


@pytest.mark.parametrize(("when", "why"), BAD_TIMES)
async def test_case_116_a_refused_booking_and_a_refused_move_each_say_what_was_not_done(
    signed_in: Enter, cast: Cast, database: Database, when: dict[str, str], why: str
) -> None:
    maria = await signed_in(cast.maria)
    refused = words(await book(maria, cast, **when))
    assert f"{why} {NOT_BOOKED}" in refused
    assert one_outcome(refused, NOT_BOOKED)
    visit = await booked(maria, cast, database)
    moved = words(await maria.submit(f"/staff/visits/{visit.id}/move", when))
    assert f"{why} {NOT_MOVED}" in moved
    assert one_outcome(moved, NOT_MOVED)


@pytest.mark.parametrize(
    ("act", "sent", "outcome"),
    [
        ("move", {"date": "2026-12-03", "time": "14:00"}, NOT_MOVED),
        ("correct", {"place": "Room 9", "minutes": "90"}, NOT_SAVED),
        ("reply", {"reply": "coming"}, NOT_SAVED),
        ("mark", {"status": "arrived"}, NOT_SAVED),
    ],
)
async def test_case_116_an_act_on_a_visit_that_is_over_says_what_was_not_done(
    signed_in: Enter, cast: Cast, database: Database, act: str, sent: dict[str, str], outcome: str
) -> None:
    maria = await signed_in(cast.maria)
    visit = await booked(maria, cast, database)
    await maria.submit(f"/staff/visits/{visit.id}/mark", {"status": "cancelled", "anyway": "cancelled"})
    refused = await maria.submit(f"/staff/visits/{visit.id}/{act}", sent)
    assert (refused.status_code, one_outcome(words(refused), outcome)) == (422, True)


@pytest.mark.parametrize(("act", "field"), [("mark", "status"), ("reply", "reply")])
async def test_case_116_a_form_without_a_choice_asks_for_one(
    signed_in: Enter, cast: Cast, database: Database, act: str, field: str
) -> None:
    maria = await signed_in(cast.maria)
    visit = await booked(maria, cast, database)
    refused = await maria.submit(f"/staff/visits/{visit.id}/{act}", {field: ""})
    assert (refused.status_code, "Please choose one of these." in words(refused)) == (422, True)


@pytest.mark.parametrize("why", ["death", "hospice"])
async def test_case_117_pages_offer_no_act_that_the_end_of_care_refuses(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, why: str
) -> None:
    """A visit that has begun stays. Nobody moves it, nor marks it as booked again."""
    maria = await signed_in(cast.maria)
    visit = await booked(maria, cast, database)
    path, patient = f"/staff/visits/{visit.id}", f"/staff/patients/{cast.rosa.id}"
    await maria.submit(f"{path}/mark", {"status": "arrived", "anyway": "arrived"})
    before = await maria.get(path)
    assert all(part in before.text for part in (f'action="{path}/move"', 'value="booked"'))
    await maria.submit(f"{patient}/care", {"why": why})
    page = await maria.get(path)
    assert not any(part in page.text for part in (f'action="{path}/move"', 'value="booked"'))
    assert all(part in page.text for part in ('value="fulfilled"', f'action="{path}/correct"'))
    assert f'value="{cast.rosa.id}"' not in (await maria.get("/staff/visits/new")).text
    late = await maria.get(f"/staff/visits/new?patient={cast.rosa.id}")
    assert (late.url.path, "This page has changed since you opened it." in words(late)) == (patient, True)
    for stale in [
        f"{patient}/care?why={why}",
        *[f"{patient}/care?why=hospice", f"{patient}/devices"] * (why == "death"),
    ]:
        assert (await maria.get(stale)).url.path == patient
    died = await maria.get(f"{patient}/care?why=death")
    assert ("/care" in died.url.path) == (why == "hospice")


async def test_case_117_hospice_care_that_is_recorded_after_a_death_is_refused_in_words(
    signed_in: Enter, cast: Cast
) -> None:
    maria, ken, path = await signed_in(cast.maria), await signed_in(cast.ken), f"/staff/patients/{cast.rosa.id}"
    await ken.submit(f"{path}/care", {"why": "death"})
    late = words(await maria.submit(f"{path}/care", {"why": "hospice"}))
    assert "changed since you opened it. Nothing was saved." in late
    assert "Has died · recorded by Ken Osei" in late
    again = words(await maria.submit(f"{path}/care", {"why": "death"}))
    assert "Nothing was saved." not in again  # it stands as she wanted it


@pytest.mark.parametrize(
    ("later", "says"),
    [
        ("another", "There is a newer reply for Rosa Delgado: another time, Mon, Nov 16, 9:05 AM."),
        ("coming", "There is a newer reply for Rosa Delgado: will be there, Mon, Nov 16, 9:05 AM."),
        ("", "The visit of Rosa Delgado has changed. It is now booked for Wed, Dec 2, 11:00 AM."),
    ],
)
async def test_case_89_done_on_an_older_reply_says_that_a_newer_one_came(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, later: str, says: str
) -> None:
    maria, rosa = await signed_in(cast.maria), await signed_in(cast.rosa)
    visit = await booked(maria, cast, database)
    await rosa.submit(f"/visits/{visit.id}/answer", {"reply": "cant", "shown": visit.shown})
    old = {"shown": shown_by(await maria.get("/staff"), "handled")}
    clock.move(minutes=5)
    if later:
        await rosa.submit(f"/visits/{visit.id}/answer", {"reply": later, "shown": visit.shown})
    else:
        await maria.submit(f"/staff/visits/{visit.id}/move", {"date": "2026-12-02", "time": "11:00"})
    inbox = await maria.submit(f"/staff/visits/{visit.id}/handled", old)
    assert says in words(inbox)
    assert "You pressed Done for an older reply. Nothing was saved." in words(inbox)
    assert "newer reply" not in words(await maria.get(str(inbox.url)))
    assert [row.handled_at for row in await rows(database, Appointment)] == [None]
    assert (await only_visit(database)).reply == (later or None)
