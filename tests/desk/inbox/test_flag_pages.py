"""Acts on a flag from a page that is out of date: nothing typed is lost, and staff read who changed it (case 89)."""

import re
from datetime import timedelta
from itertools import product

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.db import Database
from server.flags import rules
from server.flags.models import ExpectedLevel, Flag, FlagNote
from server.flags.rules import FlagOutcome, Shown
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast
from tests.conftest import Enter, StillClock
from tests.flags.scene import answers, close, flags, only_flag
from tests.stories import rows

ACTS = ("close", "expect", "assign", "own")
MARIAS = {
    "close": {"outcome": "plan-changed", "note": "Thicker drinks <from> today."},
    "expect": {"level": "3", "days": "9", "note": "Thicker drinks <from> today."},
}


@pytest.fixture
async def flag(database: Database, cast: Cast) -> Flag:
    await answers(database, cast.rosa, {"speech": "hard"})
    return await only_flag(database)


async def shown_by(device: Browser, flag: Flag) -> str:
    """The version that this person's open page says it shows."""
    page = await device.get(f"/staff/flags/{flag.id}")
    found = re.search(r'name="shown" value="([^"]+)"', page.text)
    assert found
    return str(found[1])


def forms(page: httpx.Response, act: str) -> str:
    found = [str(form) for form in re.findall(r"<form.*?</form>", page.text, re.S)]
    return next(form for form in found if f"/{act}" in form)


@pytest.mark.parametrize("act", ["close", "expect"])
async def test_case_89_a_second_outcome_is_kept_as_a_note(
    signed_in: Enter, cast: Cast, database: Database, flag: Flag, act: str
) -> None:
    maria, ken, at = await signed_in(cast.maria), await signed_in(cast.ken), f"/staff/flags/{flag.id}"
    marias = MARIAS[act] | {"shown": await shown_by(maria, flag)}
    kens = {"outcome": "called", "note": "Left a message with Luis.", "shown": await shown_by(ken, flag)}
    await ken.submit(f"{at}/close", kens)
    late = await maria.submit(f"{at}/{act}", marias)
    assert late.status_code == 409
    page_text = words(late)
    assert "Ken Osei got there first" in page_text
    assert "Ken Osei closed this flag: Called" in page_text
    assert "Left a message with Luis." in page_text
    kept = forms(late, "note")
    assert "Thicker drinks &lt;from&gt; today." in kept
    assert ("Plan changed" if act == "close" else "Expected for 9 days") in kept
    await maria.submit(f"{at}/note", {"note": "Plan changed: thicker drinks."})
    [note] = await rows(database, FlagNote)
    assert (note.author_id, note.text) == (cast.maria.id, "Plan changed: thicker drinks.")
    closed = await only_flag(database)
    assert (closed.outcome, closed.closed_by, closed.note) == ("called", cast.ken.id, "Left a message with Luis.")
    assert "Plan changed: thicker drinks." in words(await ken.get(at))


async def test_case_89_a_flag_that_got_worse_is_not_closed_unseen(
    signed_in: Enter, cast: Cast, database: Database, flag: Flag
) -> None:
    maria, at = await signed_in(cast.maria), f"/staff/flags/{flag.id}"
    old = await shown_by(maria, flag)
    await answers(database, cast.rosa, {"speech": "very-hard"}, weeks=1)
    late = await maria.submit(f"{at}/close", MARIAS["close"] | {"shown": old})
    assert late.status_code == 409
    assert "This flag has been updated" in words(late)
    assert "Thicker drinks &lt;from&gt; today." in forms(late, "close")
    assert 'value="plan-changed" required checked' in forms(late, "close")
    assert (await flags(database, "speech"))[0].closed_at is None
    fresh = await shown_by(maria, flag)
    assert (await maria.submit(f"{at}/close", MARIAS["close"] | {"shown": fresh})).status_code == 200
    assert (await flags(database, "speech"))[0].outcome == "plan-changed"


async def test_case_89_undo_reverts_only_the_outcome_that_was_shown(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, flag: Flag
) -> None:
    maria, ken, at = await signed_in(cast.maria), await signed_in(cast.ken), f"/staff/flags/{flag.id}"
    await maria.submit(f"{at}/close", MARIAS["close"])
    old, written = await shown_by(maria, flag), clock()
    clock.move(hours=2)
    await ken.submit(f"{at}/reopen", {"shown": old})
    await close(database, cast.ken, flag, FlagOutcome.CALLED, "Spoke to Rosa.", days=1)
    late = await maria.submit(f"{at}/reopen", {"shown": old})
    assert late.status_code == 409
    assert "Ken Osei got there first" in words(late)
    assert (await only_flag(database)).note == "Spoke to Rosa."
    # Maria's note on the undone outcome stays on the flag, under her name and with her time.
    [note] = await rows(database, FlagNote)
    assert (note.author_id, note.text, note.at) == (cast.maria.id, MARIAS["close"]["note"], written)


@pytest.mark.parametrize("act", ["close", "expect"])
async def test_case_89_ones_own_earlier_outcome_is_not_called_a_colleagues(
    signed_in: Enter, cast: Cast, database: Database, flag: Flag, act: str
) -> None:
    """Maria has the flag open in two tabs."""
    maria, at = await signed_in(cast.maria), f"/staff/flags/{flag.id}"
    shown = {"shown": await shown_by(maria, flag)}
    await maria.submit(f"{at}/close", shown | {"outcome": "called", "note": "Left a message."})
    late = await maria.submit(f"{at}/{act}", shown | MARIAS[act])
    assert late.status_code == 409
    assert "You already closed this flag Your earlier outcome stands: Called" in words(late)
    assert "got there first" not in words(late)
    assert "Thicker drinks &lt;from&gt; today." in forms(late, "note")


async def test_case_89_a_flag_that_one_has_taken_in_another_tab_is_not_called_a_colleagues(
    signed_in: Enter, cast: Cast, flag: Flag
) -> None:
    maria, at = await signed_in(cast.maria), f"/staff/flags/{flag.id}"
    shown = {"shown": await shown_by(maria, flag)}
    await maria.submit(f"{at}/own")
    late = words(await maria.submit(f"{at}/assign", shown | {"owner": cast.ken.id}))
    assert "You have it now" in late
    assert "A colleague" not in late


async def test_case_93_an_undone_note_returns_to_its_writers_field(
    signed_in: Enter, cast: Cast, database: Database, flag: Flag
) -> None:
    """Ken reads no draft of hers. Once he closes the flag, it stays there as her note."""
    maria, ken, at = await signed_in(cast.maria), await signed_in(cast.ken), f"/staff/flags/{flag.id}"
    for _ in range(2):
        await maria.submit(f"{at}/close", MARIAS["close"])
        await maria.submit(f"{at}/reopen")
    assert "Thicker drinks &lt;from&gt; today.</textarea>" in forms(await maria.get(at), "close")
    assert "Thicker drinks" not in forms(await ken.get(at), "close")
    assert await rows(database, FlagNote) == []
    await ken.submit(f"{at}/close", {"outcome": "called", "note": "Spoke to Rosa."})
    [note] = await rows(database, FlagNote)
    assert (note.author_id, note.text) == (cast.maria.id, MARIAS["close"]["note"])
    assert (await only_flag(database)).note == "Spoke to Rosa."


@pytest.mark.parametrize("other", [{"level": "4"}, {"days": "14"}, {}], ids=["level", "days", "the same"])
async def test_case_90_another_level_from_an_old_page_is_not_taken_for_a_second_press(
    signed_in: Enter, cast: Cast, database: Database, flag: Flag, other: dict[str, str]
) -> None:
    maria, at = await signed_in(cast.maria), f"/staff/flags/{flag.id}"
    form = {"level": "3", "days": "9", "note": "", "shown": await shown_by(maria, flag)}
    await maria.submit(f"{at}/expect", form)
    page = await maria.submit(f"{at}/expect", form | other)
    assert (page.status_code, "closed this flag" in words(page)) == ((409, True) if other else (200, False))
    [kept] = await rows(database, ExpectedLevel)
    assert (kept.level, kept.ends_at - kept.set_at) == (3, timedelta(days=9))


async def test_case_74_taking_or_assigning_a_colleagues_flag_says_so(
    signed_in: Enter, cast: Cast, database: Database, flag: Flag
) -> None:
    maria, ken, at = await signed_in(cast.maria), await signed_in(cast.ken), f"/staff/flags/{flag.id}"
    old = await shown_by(maria, flag)
    await ken.submit(f"{at}/own")
    for act, form in (("own", {}), ("assign", {"owner": cast.ruth.id})):
        late = await maria.submit(f"{at}/{act}", form | {"shown": old})
        assert (late.status_code, "Ken Osei has it now" in words(late)) == (409, True), act
    assert (await only_flag(database)).owner_id == cast.ken.id
    fresh = await shown_by(maria, flag)
    assert (await maria.submit(f"{at}/assign", {"owner": cast.ruth.id, "shown": fresh})).status_code == 200


@pytest.mark.parametrize(
    ("act", "form", "sentence"),
    [
        ("close", {"note": "Half a thought"}, "Please choose an outcome."),
        ("close", {"outcome": "no-action", "note": ""}, "please write a note that says why"),
        ("expect", {"level": "3", "days": "31", "note": "Half a thought"}, "1 to 30 days"),
        (
            "expect",
            {"level": "0", "days": "7", "note": "Half a thought"},
            "level that was answered, or a worse one",
        ),
        ("note", {"note": " "}, "write the note first"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_incomplete_form_names_what_is_missing_and_keeps_what_was_typed(
    signed_in: Enter, cast: Cast, flag: Flag, act: str, form: dict[str, str], sentence: str
) -> None:
    maria = await signed_in(cast.maria)
    refused = await maria.submit(f"/staff/flags/{flag.id}/{act}", form)
    assert (refused.status_code, sentence in words(refused)) == (422, True)
    if form.get("note", " ").strip():
        assert "Half a thought" in forms(refused, act)
    if act == "expect":
        assert f'value="{form["days"]}"' in forms(refused, act)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_form_that_acts_on_a_flag_says_what_its_page_showed(
    signed_in: Enter, cast: Cast, flag: Flag
) -> None:
    maria = await signed_in(cast.maria)
    paths = ["/staff", f"/staff/flags/{flag.id}", f"/staff/patients/{cast.rosa.id}"]
    pages = [(path, await maria.get(path)) for path in paths]
    close = MARIAS["close"] | {"back": "/staff?show=action"}
    pages.append(("undo", await maria.submit(f"/staff/flags/{flag.id}/close", close)))
    pages.append(("done", await maria.get("/staff?show=done")))
    assert f"/staff/flags/{flag.id}/reopen" in pages[-2][1].text
    for path, page in pages:
        for form in re.findall(r"<form.*?</form>", page.text, re.S):
            if re.search(r'/staff/flags/\w+/(close|expect|assign|reopen)"', form):
                assert 'name="shown"' in form, (path, form)


MOMENT = st.integers(0, 3).map(lambda minutes: NOW + timedelta(minutes=minutes))
OWNER = st.sampled_from([None, "a" * 32, "b" * 32])


@given(MOMENT, OWNER, st.none() | MOMENT)
def test_the_shown_version_survives_a_round_trip(updated_at: object, owner: str | None, closed_at: object) -> None:
    shown = rules.shown(updated_at, owner, closed_at)  # type: ignore[arg-type]
    assert Shown.read(str(shown)) == shown


def test_an_invalid_version_is_refused() -> None:
    for text in ("", "x", "a~b", "a~b~c~d", *("~".join(part) for part in product("", repeat=3))):
        assert Shown.read(text) in (Shown(), Shown("", "", ""))
