"""Who is signed out in mid-form is promised back what comes back, and nothing else (case 91)."""

import pytest

from server.db import Database
from server.web.form_fields import SECRETS
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter
from tests.flags.scene import answers, only_flag
from tests.stories import due_check_in
from tests.web.refused_forms.test_own_page import WHOLE, forms, send, typed_by
from tests.web.refused_forms.test_own_page import world as world
from tests.world import World

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ONE_DATABASE
@pytest.mark.parametrize(
    ("action", "sent"),
    [
        ("/staff/flags/{flag}/own", {"back": "/staff"}),
        ("/staff/patients/{rosa}/pause", {"why": "resume", "shown": "2026-11-16"}),
        ("/staff/visits/{rosa}/mark", {"status": "arrived", "anyway": "arrived", "seen": "2026-11-16"}),
    ],
    ids=["take", "resume", "arrived"],
)
async def test_case_91_a_button_alone_promises_nothing(
    signed_in: Enter, cast: Cast, database: Database, action: str, sent: dict[str, str]
) -> None:
    await answers(database, cast.rosa, {"speech": "hard"})
    ids = {"rosa": cast.rosa.id, "flag": (await only_flag(database)).id}
    maria = await signed_in(cast.maria)
    await maria.submit("/staff/sign-out")
    late = await maria.submit(action.format(**ids), sent)
    assert (late.status_code, "You were signed out, so this was not saved" in words(late)) == (401, True)
    assert 'name="unsaved"' not in late.text
    assert "is back in its place" not in words(late)


@pytest.mark.sweep
@ONE_DATABASE
async def test_case_91_only_what_a_person_types_or_chooses_is_promised_back(
    signed_in: Enter, cast: Cast, world: World
) -> None:
    """Every form of the staff pages, with its first button."""
    ruth = await signed_in(cast.ruth)
    standing = [each async for each in forms(ruth, world) if each.layout == "desk" and each.form.action not in WHOLE]
    await ruth.submit("/staff/sign-out")
    wrong, buttons_alone = [], 0
    for each in standing:
        sent = typed_by(each.form)
        by_hand = [f.name for f in each.form.fields if f.kind not in ("hidden", "button") and f.name not in SECRETS]
        entered = [name for name in by_hand if sent.get(name)]
        is_kept = 'name="unsaved"' in (await send(ruth, each, sent)).text
        buttons_alone += not entered
        if is_kept != bool(entered):
            wrong.append(f"{each.form.action}: {sorted(sent)}")
    assert "\n".join(wrong) == ""
    assert buttons_alone > 5


@ONE_DATABASE
async def test_case_91_an_answer_without_javascript_is_not_said_to_be_on_the_phone(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        due = (await due_check_in(db, cast.rosa)).id
    rosa = await signed_in(cast.rosa)
    await rosa.submit("/sign-out")
    late = await rosa.submit(f"/check-ins/{due}/q/breathing?who=self", {"answer": "hard"})
    assert (late.status_code, "on this phone" in words(late)) == (401, False)
    assert "You were signed out, so this was not saved. Please sign in, then do it again." in words(late)
