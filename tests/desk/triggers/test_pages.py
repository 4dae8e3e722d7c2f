"""Clinicians write triggers: previewed, kept in versions, refused with reasons; missing answers raise flags too."""

import pytest

from server.db import Database
from server.flags.models import TriggerVersion
from server.flags.triggers import lists
from server.flags.triggers.words import default_table
from tests.browser_without_screen import words
from tests.cast import Cast, acting
from tests.conftest import Enter
from tests.desk.triggers.scene import PAIN
from tests.stories import audited, rows
from tools.triggers_table import BEGIN, END, PAGE, with_table


async def rule_of(database: Database, cast: Cast, item: str = "pain") -> TriggerVersion:
    found = await rows(database, TriggerVersion, TriggerVersion.item == item, TriggerVersion.slug == "weekly-als")
    return next(r for r in found if r.clinic_id == cast.harbor.id and r.ended_at is None)


async def test_all_staff_read_the_table_and_coordinators_cannot_change_it(signed_in: Enter, cast: Cast) -> None:
    maria, ken = await signed_in(cast.maria), await signed_in(cast.ken)
    page = words(await maria.get("/staff/triggers"))
    assert "Breathing Very hard screen: breathing urgent" in page
    assert "Speech 2 steps worse than the first answer today" in page
    assert "Edit" not in page
    assert "Edit Breathing, Very hard" in words(await ken.get("/staff/triggers"))
    assert (await maria.get("/staff/triggers/new")).status_code == 403
    assert (await maria.submit("/staff/triggers", PAIN | {"step": "save"})).status_code == 403


async def test_changing_a_trigger_ends_it_and_starts_another_and_both_are_audited(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    ken, old = await signed_in(cast.ken), await rule_of(database, cast)
    form = PAIN | {"instead_of": old.id, "amount": "8", "severity": "today", "step": "save", "reason": "Known pain"}
    await ken.submit("/staff/triggers", form)
    async with database.reading() as db:
        stored = await lists.find(db, acting(cast.ken), old.id)
        assert stored is not None
        assert (stored.ended_by, stored.amount, stored.condition) == (cast.ken.id, old.amount, old.condition)
    [new] = await rows(database, TriggerVersion, TriggerVersion.follows_id == old.id)
    assert (new.amount, new.severity, new.began_by, new.ended_at) == (8, "today", cast.ken.id, None)
    assert await audited(database, old.id) == ["trigger.began", "trigger.ended"]
    page = words(await ken.get(f"/staff/triggers/{new.id}"))
    assert "Ken Osei Pain: 8 or more of 10 today" in page
    assert "built in" in page
    again = await ken.submit("/staff/triggers", form)
    assert again.status_code == 422
    assert "This rule was changed meanwhile You ended it" in words(again)
    assert all(shown in words(again) for shown in ("You wrote: Known pain", "Open the rule as it is now"))
    await ken.submit(f"/staff/triggers/{new.id}/end", {"reason": "Not used"})
    assert "1 rule" in words(await ken.get("/staff/triggers")) or "2 rules that have ended" in words(
        await ken.get("/staff/triggers")
    )


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"item": "appetite"}, "doesn't have that question"),
        ({"amount": "11"}, "would never fire"),
        ({"amount": "0"}, "would never fire"),
        ({"condition": "worse-than-first", "amount": "0"}, "would never fire"),
        ({"severity": "urgent"}, "choose its screen"),
        ({"severity": "urgent", "condition": "missing", "times": "2"}, "not urgent"),
        ({"condition": "repeated", "times": "1"}, "2 check-ins in a row"),
        ({"condition": "missing", "times": "11"}, "1 to 10"),
        ({"condition": "sometimes"}, "choose one of these"),
        ({"condition": ""}, "choose a condition"),
    ],
)
async def test_an_invalid_trigger_is_refused_with_a_reason(
    signed_in: Enter, cast: Cast, database: Database, changed: dict[str, str], why: str
) -> None:
    ken, before = await signed_in(cast.ken), len(await rows(database, TriggerVersion))
    page = await ken.submit("/staff/triggers", PAIN | changed | {"step": "save"})
    assert page.status_code == 422
    assert why in words(page)
    assert len(await rows(database, TriggerVersion)) == before


async def test_case_61_a_trigger_of_another_clinic_is_not_found(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    tom, rule = await signed_in(cast.tom), await rule_of(database, cast)
    assert (await tom.get(f"/staff/triggers/{rule.id}")).status_code == 404
    assert (await tom.submit(f"/staff/triggers/{rule.id}/end")).status_code == 404
    assert (await tom.submit("/staff/triggers", PAIN | {"instead_of": rule.id, "step": "save"})).status_code == 404
    assert (await rule_of(database, cast)).ended_at is None


def test_the_docs_list_the_default_triggers() -> None:
    """`make docs` writes that table."""
    page = PAGE.read_text()
    assert with_table(page) == page
    assert default_table() in page
    assert page.index(BEGIN) < page.index("| Breathing | Very hard | urgent | breathing |") < page.index(END)
