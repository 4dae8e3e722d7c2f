"""A form of staff that was sent after the session had ended is back in its page after the sign-in (case 91)."""

import json
import re
from html import unescape

import httpx
import pytest
from litestar.datastructures import FormMultiDict
from sqlalchemy import update

from server.access.models import DeviceSession
from server.access.staff import accounts
from server.db import Database
from server.flags.models import FlagNote
from server.people.models import PhoneCall
from server.web.refused_forms import unsaved
from tests.access.staff.scene import PASSWORD, code_at
from tests.access.staff.scene import light_hashing as light_hashing
from tests.access.staff.scene import secret as secret
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter, StillClock
from tests.flags.scene import answers, only_flag
from tests.stories import due_check_in, rows

TEXT = 'Called: <b>"thicker"</b> drinks\r\n& no straw, niño 🙂'
FORMS = {
    "call": ("/staff/patients/{rosa}", "/staff/patients/{rosa}/calls", "note", {"outcome": "reached"}),
    "note": ("/staff?show=action", "/staff/flags/{flag}/note", "note", {"back": "/staff?show=action"}),
    "outcome": ("/staff/flags/{flag}", "/staff/flags/{flag}/close", "note", {"outcome": "called"}),
    "patient": ("/staff/patients/{rosa}/edit", "/staff/patients/{rosa}/edit", "instructions", {"name": "Rosa D."}),
    "visit": ("/staff/visits/new", "/staff/visits", "place", {"date": "2026-12-09", "time": "10:00"}),
}
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
pytestmark = pytest.mark.usefixtures("light_hashing")


@pytest.fixture
async def ids(database: Database, cast: Cast) -> dict[str, str]:
    await answers(database, cast.rosa, {"speech": "hard"})
    return {"rosa": cast.rosa.id, "flag": (await only_flag(database)).id}


def text_of(name: str) -> str:
    """A place is one line."""
    return "The room with a view of the garden & the harbor" if name == "visit" else TEXT


async def sent_too_late(maria: Browser, database: Database, name: str, ids: dict[str, str]) -> httpx.Response:
    """Her session ends while she writes, and then she sends the form."""
    page, action, field, others = FORMS[name]
    token = await maria.csrf()
    async with database.writing() as db:
        await db.execute(update(DeviceSession).values(ended_at=NOW))
    form = others | {field: text_of(name), "_csrf_token": token}
    headers = {"accept": "text/html", "referer": f"https://localhost{page.format(**ids)}"}
    return await maria.http.post(action.format(**ids), data=form, headers=headers)


def hidden(page: httpx.Response) -> str:
    found = re.search(r'name="unsaved" value="([^"]*)"', page.text)
    assert found is not None
    return unescape(found[1])


async def signs_in(device: Browser, kept: str, code: str, password: str = PASSWORD) -> httpx.Response:
    fields = {"email": "maria@harbor.example", "password": password, "code": code, "unsaved": kept}
    return await device.submit("/staff/sign-in", fields)


@ONE_DATABASE
@pytest.mark.parametrize("name", FORMS)
async def test_case_91_the_text_is_back_in_its_field_after_the_sign_in(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, secret: str, ids: dict[str, str], name: str
) -> None:
    maria = await signed_in(cast.maria)
    refused = await sent_too_late(maria, database, name, ids)
    assert (refused.status_code, "You were signed out, so this was not saved" in words(refused)) == (401, True)
    wrong = await signs_in(maria, hidden(refused), code_at(secret, clock()), "not hers at all")
    assert (wrong.status_code, "What you wrote" in words(wrong)) == (422, True)
    back = await signs_in(maria, hidden(wrong), code_at(secret, clock()))
    assert (back.status_code, "Your text is back" in words(back)) == (200, True)
    _, action, field, _others = FORMS[name]
    form = next(part for part in back.text.split("<form")[1:] if f'action="{action.format(**ids)}"' in part)
    form = unescape(form.partition("</form>")[0])
    assert text_of(name) in form, field
    assert (await maria.get("/staff")).url.path == "/staff"


@ONE_DATABASE
async def test_case_91_the_form_that_is_back_can_be_sent(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, secret: str, ids: dict[str, str]
) -> None:
    maria = await signed_in(cast.maria)
    kept = hidden(await sent_too_late(maria, database, "note", ids))
    await signs_in(maria, kept, code_at(secret, clock()))
    await maria.submit(f"/staff/flags/{ids['flag']}/note", {"note": TEXT})
    assert [note.text for note in await rows(database, FlagNote)] == [TEXT]
    assert await rows(database, PhoneCall) == []


@ONE_DATABASE
@pytest.mark.parametrize(
    ("page", "action", "sent", "in_form"),
    [
        ("/staff/patients/{rosa}", "/staff/patients/{rosa}/calls", {"note": "Better"}, "Better"),
        ("/staff/check-ins/{due}/by-phone", "/staff/check-ins/{due}/by-phone", {"breathing": "hard"}, 'value="hard"'),
        ("/staff/patients/{rosa}", "/staff/patients/{rosa}/plans", {"slug": "function"}, 'value="function"'),
    ],
    ids=["one word", "answers by phone", "a choice"],
)
async def test_case_91_one_word_and_what_was_only_chosen_come_back_too(
    signed_in: Enter,
    cast: Cast,
    database: Database,
    clock: StillClock,
    secret: str,
    page: str,
    action: str,
    sent: dict[str, str],
    in_form: str,
) -> None:
    async with database.writing() as db:
        due = (await due_check_in(db, cast.rosa)).id
    maria = await signed_in(cast.maria)
    token, ids = await maria.csrf(), {"rosa": cast.rosa.id, "due": due}
    async with database.writing() as db:
        await db.execute(update(DeviceSession).values(ended_at=NOW))
    headers = {"accept": "text/html", "referer": f"https://localhost{page.format(**ids)}"}
    late = await maria.http.post(action.format(**ids), data=sent | {"_csrf_token": token}, headers=headers)
    assert (late.status_code, "You were signed out, so this was not saved" in words(late)) == (401, True)
    back = await signs_in(maria, hidden(late), code_at(secret, clock()))
    assert (back.status_code, "What you entered is back" in words(back)) == (200, True)
    form = next(part for part in back.text.split("<form")[1:] if f'action="{action.format(**ids)}"' in part)
    entered = form.partition("</form>")[0].partition(in_form)
    assert entered[1]
    assert in_form == "Better" or re.match(r"[^>]*(checked|selected)", entered[2])


@ONE_DATABASE
async def test_case_91_what_no_page_can_take_is_shown_whole(
    signed_in: Enter, cast: Cast, clock: StillClock, secret: str
) -> None:
    """The flag is gone, or belongs to another clinic than that of whoever signs in."""
    maria = await signed_in(cast.maria)
    await maria.submit("/staff/sign-out")
    kept = json.dumps([f"/staff/flags/{'0' * 32}/note", "/staff?show=action", {"note": [TEXT]}])
    back = await signs_in(maria, kept, code_at(secret, clock()))
    assert (back.status_code, TEXT in unescape(back.text)) == (200, True)
    assert (await maria.get("/staff")).url.path == "/staff"


@ONE_DATABASE
async def test_case_91_the_text_is_back_after_a_sign_in_by_link_in_another_tab(
    signed_in: Enter, cast: Cast, database: Database, ids: dict[str, str]
) -> None:
    """Tabs of one browser share their cookies."""
    maria = await signed_in(cast.maria)
    kept = hidden(await sent_too_late(maria, database, "note", ids))
    early = await maria.submit("/staff/sign-in/elsewhere", {"unsaved": kept})
    assert (early.status_code, "Nobody is signed in yet in this browser" in words(early)) == (401, True)
    async with database.writing() as db:
        link = await accounts.make_link(work_by(db, cast.ruth), cast.maria)
    await maria.submit("/staff/link", {"token": link})
    back = await maria.submit("/staff/sign-in/elsewhere", {"unsaved": hidden(early)})
    assert (back.status_code, "Your text is back" in words(back), TEXT in unescape(back.text)) == (200, True, True)
    await maria.submit(f"/staff/flags/{ids['flag']}/note", {"note": TEXT})
    assert [note.text for note in await rows(database, FlagNote)] == [TEXT]


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "{}",
        "[1]",
        "null",
        '["/staff/x", "", []]',
        '["//evil.example", "", {}]',
        '["/join", "", {}]',
        '["/staff/x", "https://evil.example", {}]',
        '["/staff/x", "", {"a": 1}]',
    ],
)
def test_a_field_that_we_did_not_write_is_ignored(kept: str) -> None:
    assert unsaved.unpack(FormMultiDict([("unsaved", kept)])) is None
