"""A coordinator books a series.

The patient can't come to the first visit, so it moves, and the patient is asked again.
"""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import icalendar
from playwright.async_api import Browser, Page, expect

from server.appointments import flow
from server.appointments.models import Appointment
from server.appointments.rules import AppointmentStatus
from server.clock import system_clock, to_wall
from tests.browser.chromium import service_worker_is_active
from tests.browser.eventually import eventually
from tests.browser.people import desk_of, phone_of, press, sees, sees_not
from tests.browser.running_site import RunningSite
from tests.cast import work_by
from tests.journeys.offline_bundle import UNREAD

MON_WED_FRI = (0, 2, 4)
TEN = time(10)


async def test_a_series_is_booked_and_a_visit_that_does_not_suit_is_moved(chromium: Browser, site: RunningSite) -> None:
    maria = await desk_of(chromium, site, site.cast.maria)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    days = next_days(site, 6)

    await when_she_books_six_infusions(maria, days[0])
    await then_they_stand_on_the_patients_page(maria, days)
    await rosa.goto("/")
    await sees(rosa, in_words(days[0]), "10:00\u00a0AM", "12 Elm Street")

    await press(rosa, "I can't come")
    await sees(rosa, "Thank you. The clinic will contact you.")
    await maria.goto("/staff")
    await sees(maria, f"can't come: {days[0]:%a, %b} {days[0].day}")
    await press(maria, "Done Rosa Delgado")
    await sees_not(maria, "can't come")

    await when_she_moves_it_by_a_day(maria)
    await rosa.goto("/")
    await sees(rosa, in_words(days[0] + timedelta(days=1)), "2:30\u00a0PM")
    await then_she_is_asked_anew(rosa)
    await press(rosa, "I'll be there")
    await sees(rosa, "Thank you. The clinic knows you're coming.")
    await maria.reload()
    await sees(maria, "Will be there")


async def test_a_visit_can_be_added_to_the_phones_calendar(
    chromium: Browser, site: RunningSite, tmp_path: Path
) -> None:
    visit = await site.book_visit(timedelta(days=9))
    rosa = await phone_of(chromium, site, site.cast.rosa)

    await rosa.goto(f"/visits/{visit.id}")
    async with rosa.expect_download() as downloading:
        await press(rosa, "Add to calendar")
    file = tmp_path / "visit.ics"
    await (await downloading.value).save_as(file)

    calendar = icalendar.Calendar.from_ical(file.read_bytes())
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("dtstart") == visit.starts_at.replace(microsecond=0)
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=visit.minutes)
    assert (str(event["summary"]), str(event["location"])) == ("Clinic visit", "12 Elm Street")
    assert str(event["uid"]).startswith(visit.id)
    assert [zone["tzid"] for zone in calendar.walk("VTIMEZONE")] == ["America/New_York"]
    assert b"Harbor" not in file.read_bytes()


def next_days(site: RunningSite, count: int) -> list[date]:
    """The first Mondays, Wednesdays and Fridays more than a week ahead, in the clinic's zone."""
    first = to_wall(system_clock(), site.cast.harbor.zone).date() + timedelta(days=8)
    ahead = (first + timedelta(days=n) for n in range(count * 7))
    return [day for day in ahead if day.weekday() in MON_WED_FRI][:count]


def in_words(day: date) -> str:
    return f"{day:%A, %B} {day.day}"


async def when_she_books_six_infusions(desk: Page, first: date) -> None:
    """Books 6 infusions on Mon, Wed and Fri at 10:00, starting on a given day, in one form."""
    await press(desk, "Patients")
    await press(desk, "Rosa Delgado")
    await press(desk, "Book a visit")
    await desk.get_by_label("From").fill(first.isoformat())
    await desk.get_by_label("At", exact=True).fill("10:00")
    await desk.get_by_label("How many").fill("6")
    for name in ("Mon", "Wed", "Fri"):
        await desk.get_by_label(name).check()
    await press(desk, "Book")


async def then_they_stand_on_the_patients_page(desk: Page, days: list[date]) -> None:
    rows = desk.locator("#visits tr")
    await expect(rows).to_have_count(6)
    for row, day in zip(await rows.all(), days, strict=True):
        starts = datetime.combine(day, TEN)
        await expect(row).to_contain_text(f"{starts:%a, %b} {day.day}, 10:00\u00a0AM")


def working_day(day: date) -> date:
    """This day or the next one on which the clinic is open: the page asks before a visit goes elsewhere."""
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


async def when_she_moves_it_by_a_day(desk: Page) -> None:
    """Moves the visit from the patient's page to half past two on the next day. A closed day is asked about first."""
    await press(desk, "Patients")
    await press(desk, "Rosa Delgado")
    await desk.locator("#visits a").first.click()
    day = date.fromisoformat(await desk.get_by_label("To").input_value()) + timedelta(days=1)
    await desk.get_by_label("To").fill(day.isoformat())
    await desk.get_by_label("At", exact=True).fill("14:30")
    await press(desk, "Move")
    if day != working_day(day):
        await sees(desk, "The clinic is closed then")
        await press(desk, "Move anyway")
    await sees(desk, in_words(day), "2:30\u00a0PM", "None yet")


async def then_she_is_asked_anew(phone: Page) -> None:
    await sees_not(phone, "Thank you")
    await expect(phone.locator(".said")).to_have_count(0)


async def test_case_88_an_answer_to_a_visit_that_moves_while_its_page_is_open_counts_for_the_new_time_only(
    chromium: Browser, site: RunningSite
) -> None:
    """Rosa's page shows the old time. Maria moves the visit. Rosa presses I'll be there, and is asked again."""
    visit = await site.book_visit(timedelta(days=9))
    rosa = await phone_of(chromium, site, site.cast.rosa)
    maria = await desk_of(chromium, site, site.cast.maria)
    await rosa.goto(f"/visits/{visit.id}")
    await sees(rosa, in_words(visit.starts.date()))

    moved_to = working_day(visit.starts.date() + timedelta(days=2))
    await maria.goto(f"/staff/visits/{visit.id}")
    await maria.get_by_label("To").fill(moved_to.isoformat())
    await maria.get_by_label("At", exact=True).fill("10:00")
    await press(maria, "Move")

    await press(rosa, "I'll be there")
    await sees(rosa, "Your visit has changed", f"It is now: {in_words(moved_to)}", "Please answer for the new time.")
    await maria.reload()
    await sees(maria, "None yet")

    await press(rosa, "I'll be there")
    await sees(rosa, "Thank you. The clinic knows you're coming.")
    await maria.reload()
    await sees(maria, "Will be there")


async def test_case_143_without_a_network_the_next_visit_stays_readable(chromium: Browser, site: RunningSite) -> None:
    visit = await site.book_visit(timedelta(days=2))
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto("/")
    await eventually(
        lambda: rosa.evaluate("OfflineBundle.current().then(held => held?.visits?.length)"), "the visit to be kept"
    )
    await service_worker_is_active(rosa)
    assert "medicines" not in await rosa.evaluate(UNREAD)
    await rosa.context.set_offline(True)
    when = f"{visit.starts:%A, %B} {visit.starts.day}, {visit.starts.year}"
    for path in ("/", f"/visits/{visit.id}"):
        await rosa.goto(path)
        await sees(rosa, when, "12 Elm Street", "Bring your list of medicines.", "Call the clinic")


CLOCK_AHEAD = "{ const own = Date.now.bind(Date); Date.now = () => own() + 30 * 864e5; }"


async def keeps(phone: Page, visits: int) -> None:
    kept = "OfflineBundle.current().then(held => held?.visits?.length)"
    await eventually(lambda: phone.evaluate(f"{kept}.then(length => length === {visits})"), "the visits to be kept")
    await service_worker_is_active(phone)


async def test_case_143_without_a_network_a_cancelled_visit_is_said_beside_the_next_one(
    chromium: Browser, site: RunningSite
) -> None:
    cancelled, coming = await site.book_visit(timedelta(days=2)), await site.book_visit(timedelta(days=5))
    async with site.database.writing() as db:
        visit = await db.get_one(Appointment, cancelled.id)
        await flow.mark(work_by(db, site.cast.maria, system_clock()), visit, AppointmentStatus.CANCELLED)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto("/")
    await keeps(rosa, 2)
    await rosa.context.set_offline(True)
    await rosa.goto("/")
    struck = rosa.locator("#held-visit s")
    await sees(rosa, "This visit is cancelled", f"{coming.starts:%A, %B} {coming.starts.day}")
    await expect(struck).to_contain_text(f"{cancelled.starts:%A, %B} {cancelled.starts.day}")
    await rosa.goto(f"/visits/{cancelled.id}")
    await sees(rosa, "This visit is cancelled", "Please don't come.", "Call the clinic")
    await sees_not(rosa, "Bring your list of medicines.")


async def test_case_143_a_phone_whose_clock_is_wrong_shows_the_next_visit_too(
    chromium: Browser, site: RunningSite
) -> None:
    visit = await site.book_visit(timedelta(days=2))
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.add_init_script(CLOCK_AHEAD)
    await rosa.goto("/")
    await keeps(rosa, 1)
    await rosa.context.set_offline(True)
    for path in ("/", f"/visits/{visit.id}"):
        await rosa.goto(path)
        await sees(rosa, f"{visit.starts:%A, %B} {visit.starts.day}", "Bring your list of medicines.")
