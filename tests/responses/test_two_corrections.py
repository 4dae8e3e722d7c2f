"""Two who correct the same answers lose nothing of each other's (cases 89 and 115)."""

import re

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.db import Database
from server.questionnaires.answers import answers_from_json
from server.responses.models import Response
from tests.access.staff.scene import code_at
from tests.access.staff.scene import light_hashing as light_hashing
from tests.access.staff.scene import secret as secret
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter, StillClock
from tests.responses.test_corrections import ANSWERS, enter
from tests.responses.test_corrections import maria as maria
from tests.stories import rows
from tests.web.refused_forms.test_unsaved import hidden, signs_in

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("light_hashing"),
]


def form_of(page: httpx.Response) -> dict[str, str]:
    """What a browser sends of the page's form: what is checked, and what the page showed."""
    [form] = re.findall(r'<form class="stack wide asked".*?</form>', page.text, re.S)
    [seen] = re.findall(r'name="seen" value="([^"]*)"', form)
    inputs = re.findall(r"<input[^>]*checked[^>]*>", form)
    checked = [(re.search(r'name="([^"]+)"', each), re.search(r'value="([^"]*)"', each)) for each in inputs]
    return {name[1]: value[1] for name, value in checked if name and value} | {"seen": seen}


def action_of(page: httpx.Response) -> str:
    [action] = re.findall(r'class="stack wide asked" method="post" action="([^"]+)"', page.text)
    return str(action)


async def standing(database: Database) -> dict[str, object]:
    [counts] = [response for response in await rows(database, Response) if response.undone_at is None]
    return dict(answers_from_json(counts.answers))


async def test_case_89_a_correction_from_an_older_page_keeps_a_colleagues_other_corrections(
    maria: Browser, signed_in: Enter, cast: Cast, database: Database
) -> None:
    earlier, ken = await enter(maria, database, ANSWERS), await signed_in(cast.ken)
    path = f"/staff/responses/{earlier.id}/correct"
    opened = form_of(await maria.get(path))
    await ken.submit(path, form_of(await ken.get(path)) | {"pain": "7", "speech": "little"})
    late = await maria.submit(path, opened | {"breathing": "hard"})
    assert late.status_code == 409
    assert "Ken Osei entered answers to this check-in, Mon, Nov 16, 9:00 AM" in words(late)
    assert "Pain: 7" in words(late)
    assert "Where you had changed nothing, the form has them now." in words(late)
    kept = form_of(late)
    assert (kept["breathing"], kept["pain"], kept["speech"]) == ("hard", "7", "little")
    assert (await standing(database))["breathing"] == "little"
    saved = await maria.submit(action_of(late), kept)
    assert saved.status_code == 200
    both = await standing(database)
    assert (both["breathing"], both["pain"], both["speech"]) == ("hard", 7, "little")


async def test_case_89_the_correction_page_of_an_earlier_version_leads_to_the_newest_and_says_who_corrected_it(
    maria: Browser, signed_in: Enter, cast: Cast, database: Database
) -> None:
    earlier, ken = await enter(maria, database, ANSWERS), await signed_in(cast.ken)
    path = f"/staff/responses/{earlier.id}/correct"
    await ken.submit(path, form_of(await ken.get(path)) | {"pain": "7"})
    opened = await maria.get(path)
    assert opened.status_code == 200
    assert "Ken Osei has already corrected these answers, Mon, Nov 16, 9:00 AM." in words(opened)
    assert "You have already corrected these answers" in words(await ken.get(path))
    assert (form_of(opened)["pain"], action_of(opened)) == ("7", path)
    await maria.submit(action_of(opened), form_of(opened) | {"speech": "little"})
    both = await standing(database)
    assert (both["pain"], both["speech"]) == (7, "little")


async def test_case_89_where_both_corrected_one_answer_the_newer_one_is_named_and_ones_own_stays_in_the_form(
    maria: Browser, signed_in: Enter, cast: Cast, database: Database
) -> None:
    earlier, ken = await enter(maria, database, ANSWERS), await signed_in(cast.ken)
    path = f"/staff/responses/{earlier.id}/correct"
    opened = form_of(await maria.get(path))
    await ken.submit(path, opened | {"pain": "7"})
    late = await maria.submit(path, opened | {"pain": "3"})
    assert (late.status_code, "Pain: 7" in words(late), form_of(late)["pain"]) == (409, True, "3")
    await maria.submit(action_of(late), form_of(late))
    assert (await standing(database))["pain"] == 3


async def test_case_89_ones_own_earlier_correction_is_not_called_a_colleagues(
    maria: Browser, database: Database
) -> None:
    earlier = await enter(maria, database, ANSWERS)
    path = f"/staff/responses/{earlier.id}/correct"
    opened = form_of(await maria.get(path))
    await maria.submit(path, opened | {"pain": "7"})
    late = words(await maria.submit(path, opened | {"breathing": "hard"}))
    assert "You already entered these answers" in late
    assert "You entered answers to this check-in on another page" in late
    assert "A colleague" not in late
    twice = await maria.submit(path, opened | {"pain": "7"})
    assert (twice.status_code, len(await rows(database, Response))) == (200, 2)


PAIN = st.sampled_from(["0", "3", "7", ""])
LEVEL = st.sampled_from(["none", "little", "hard", ""])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_case_89_two_corrections_of_any_answers_lose_nothing(
    maria: Browser, signed_in: Enter, cast: Cast, database: Database, data: st.DataObject
) -> None:
    """Whoever comes later and saves what the form then shows, keeps all that the other changed and they did not."""
    stored = [response for response in await rows(database, Response) if response.undone_at is None]
    current = stored[0] if stored else await enter(maria, database, ANSWERS)
    ken, path = await signed_in(cast.ken), f"/staff/responses/{current.id}/correct"
    opened = form_of(await maria.get(path))
    choices = st.fixed_dictionaries({}, optional={"pain": PAIN, "speech": LEVEL, "breathing": LEVEL})
    kens, marias = data.draw(choices), data.draw(choices)
    await ken.submit(path, opened | kens)
    page = await maria.submit(path, opened | marias)
    if page.status_code == 409:
        page = await maria.submit(action_of(page), form_of(page))
    assert page.status_code in (200, 422)  # 422: nothing was left to correct
    texts = {name: "" if value is None else str(value) for name, value in (await standing(database)).items()}
    mine = {name: value for name, value in marias.items() if value != opened.get(name, "")}
    wanted = {name: opened.get(name, "") for name in ("pain", "speech", "breathing")} | kens | mine
    assert {name: texts[name] for name in wanted} == wanted


async def test_case_91_a_correction_of_an_earlier_version_from_a_page_that_is_too_old_comes_back_as_typed(
    maria: Browser, signed_in: Enter, cast: Cast, database: Database
) -> None:
    earlier, ken = await enter(maria, database, ANSWERS), await signed_in(cast.ken)
    path = f"/staff/responses/{earlier.id}/correct"
    typed = form_of(await maria.get(path)) | {"breathing": "hard"}
    await ken.submit(path, form_of(await ken.get(path)) | {"pain": "7"})
    late = await maria.submit(path, typed | {"_csrf_token": "of yesterday"}, sec_fetch_site="same-origin")
    assert (late.status_code, "This page was open for too long" in words(late)) == (403, True)
    await _comes_back_as_typed(maria, database, late, path)


async def test_case_91_a_correction_of_an_earlier_version_is_back_after_the_sign_in(
    maria: Browser, signed_in: Enter, cast: Cast, database: Database, clock: StillClock, secret: str
) -> None:
    earlier, ken = await enter(maria, database, ANSWERS), await signed_in(cast.ken)
    path = f"/staff/responses/{earlier.id}/correct"
    typed = form_of(await maria.get(path)) | {"breathing": "hard"}
    await ken.submit(path, form_of(await ken.get(path)) | {"pain": "7"})
    await maria.submit("/staff/sign-out")
    refused = await maria.submit(path, typed)
    assert refused.status_code == 401
    back = await signs_in(maria, hidden(refused), code_at(secret, clock()))
    assert "What you entered is back" in words(back)
    await _comes_back_as_typed(maria, database, back, path)


async def _comes_back_as_typed(maria: Browser, database: Database, back: httpx.Response, path: str) -> None:
    """With no word that the form shows newer answers; sent again, it keeps the colleague's."""
    kept = form_of(back)
    assert (kept["breathing"], kept["pain"], action_of(back)) == ("hard", "0", path)
    assert "Ken Osei has already corrected these answers" in words(back)
    assert "The form shows the newest" not in words(back)
    assert "Where you change nothing, the newest ones stay." in words(back)
    merged = await maria.submit(path, kept)
    assert (merged.status_code, form_of(merged)["pain"]) == (409, "7")
    await maria.submit(action_of(merged), form_of(merged))
    both = await standing(database)
    assert (both["breathing"], both["pain"]) == ("hard", 7)
