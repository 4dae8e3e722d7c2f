"""An admin edits the channel policies on their page."""

import re
from typing import Any

import pytest

from server.db import Database
from server.people.models import Clinic
from server.reminders.channel_policies import rules as policies
from server.reminders.states import ReminderKind
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import audited, rows

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GOOD = {"visit-0": "text", "visit-0-minutes": "15", "visit-1": "push", "visit-1-minutes": "60"} | {
    "check-in-0": "push",
    "check-in-0-minutes": "240",
    "nudge-0": "email",
    "nudge-0-minutes": "2880",
    "silent_days": "7",
}


async def clinic(database: Database, cast: Cast) -> Clinic:
    [found] = await rows(database, Clinic, Clinic.id == cast.harbor.id)
    return found


async def test_the_page_shows_the_policy_in_force(signed_in: Enter, cast: Cast) -> None:
    page = await (await signed_in(cast.ruth)).get("/staff/clinic/channels")
    assert 'name="visit-0-minutes" type="number" min="5" max="2880" value="30"' in page.text
    assert 'value="14"' in page.text


async def test_a_saved_policy_is_followed(signed_in: Enter, cast: Cast, database: Database) -> None:
    ruth = await signed_in(cast.ruth)
    assert "Saved." in words(await ruth.submit("/staff/clinic/channels", GOOD))
    stored = await clinic(database, cast)
    steps = policies.policy_for(ReminderKind.VISIT, stored.channel_policy, ("push", "text", "email"))
    assert [(step.channel, step.wait.total_seconds()) for step in steps] == [("text", 900), ("push", 3600)]
    assert policies.policy_for(ReminderKind.CHANGE, stored.channel_policy, ("push", "text")) == steps
    assert stored.silent_days == 7
    assert "clinic.channel-policy" in await audited(database, stored.id)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"visit-0": "", "visit-1": ""}, "at least one channel"),
        ({"visit-1": "text"}, "used only once"),
        ({"visit-0": "pigeon"}, "choose one of these"),
        ({"nudge-0-minutes": "2"}, "5 minutes to 48 hours"),
        ({"nudge-0-minutes": ""}, "5 minutes to 48 hours"),
        ({"silent_days": "400"}, "3 to 90 days"),
        ({"silent_days": "soon"}, "write a whole number"),
    ],
)
async def test_an_invalid_policy_is_refused_and_changes_nothing(
    signed_in: Enter, cast: Cast, database: Database, changed: dict[str, str], says: str
) -> None:
    ruth = await signed_in(cast.ruth)
    refused = await ruth.submit("/staff/clinic/channels", GOOD | changed)
    assert refused.status_code == 422
    assert says in words(refused)
    assert (await clinic(database, cast)).channel_policy == {}


async def test_only_an_admin_may_change_it(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    assert (await maria.get("/staff/clinic/channels")).status_code in (403, 404)


async def test_case_89_two_edits_of_the_policy_lose_nothing(signed_in: Enter, cast: Cast, database: Database) -> None:
    ruth, at = await signed_in(cast.ruth), "/staff/clinic/channels"
    await ruth.submit(at, GOOD | {"text_country": "US"})
    found = re.search(r'name="seen" value="([^"]*)"', (await ruth.get(at)).text)
    assert found is not None
    third: dict[str, Any] = {"text_country": ["US", "CA"], "visit-2": "email", "visit-2-minutes": "30"}
    await ruth.submit(at, GOOD | {"seen": found[1]} | third)
    late = await ruth.submit(at, GOOD | {"seen": found[1], "text_country": "US", "silent_days": "9"})
    assert (late.status_code, "This was changed while you had it open" in words(late)) == (409, True)
    assert (await clinic(database, cast)).silent_days == 7
    again = re.search(r'name="seen" value="([^"]*)"', late.text)
    assert again is not None
    await ruth.submit(at, GOOD | {"seen": again[1], "silent_days": "9"} | third)
    stored = await clinic(database, cast)
    assert (stored.silent_days, stored.text_countries, len(stored.channel_policy["visit"])) == (9, ["US", "CA"], 3)


async def test_case_89_an_older_page_does_not_bring_back_a_country_that_a_colleague_took_out(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    ruth, at = await signed_in(cast.ruth), "/staff/clinic/channels"
    both: dict[str, Any] = GOOD | {"text_country": ["US", "CA", ""]}
    await ruth.submit(at, both)
    found = re.search(r'name="seen" value="([^"]*)"', (await ruth.get(at)).text)
    assert found is not None
    await ruth.submit(at, GOOD | {"seen": found[1], "text_country": ["US", ""]})
    late = await ruth.submit(at, both | {"seen": found[1], "silent_days": "9"})
    assert (late.status_code, "Text messages go to numbers in: US" in words(late)) == (409, True)
    assert re.findall(r'name="text_country"[^>]*value="(\w+)"[^>]*checked', late.text) == ["US"]
    assert (await clinic(database, cast)).text_countries == ["US"]


async def test_case_155_the_page_names_what_sounds_in_quiet_hours(signed_in: Enter, cast: Cast) -> None:
    page = words(await (await signed_in(cast.ruth)).get("/staff/clinic/channels"))
    assert "Three things don't wait: a visit that was moved or cancelled, a test" in page
