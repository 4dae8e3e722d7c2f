"""Staff change a trigger: a weaker one wants a reason, and an undo respects later decisions (case 113)."""

from server.db import Database
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter
from tests.flags.triggers.scene import REASON, breathing, in_force, number_in_force


async def test_case_113_weakening_a_trigger_needs_a_reason(signed_in: Enter, cast: Cast, database: Database) -> None:
    ken, rule = await signed_in(cast.ken), await breathing(database, cast)
    before = await number_in_force(database, cast)
    form = {"slug": rule.slug, "item": rule.item, "condition": rule.condition, "amount": str(rule.amount)}
    weaker = form | {"severity": "this-week", "instead_of": rule.id, "step": "save"}
    refused = await ken.submit("/staff/triggers", weaker)
    assert (refused.status_code, "The rule becomes weaker. Please say why." in words(refused)) == (422, True)
    assert await in_force(database, cast)
    receipt = await ken.submit("/staff/triggers", weaker | {"reason": REASON})
    assert "Changed by Ken Osei" in words(receipt)
    assert not await in_force(database, cast)
    await ken.submit(f"/staff/triggers/{rule.id}/restore")
    assert await in_force(database, cast)
    assert await number_in_force(database, cast) == before


async def test_case_113_strengthening_a_trigger_needs_no_reason(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    ken, rule = await signed_in(cast.ken), await breathing(database, cast)
    form = {"slug": rule.slug, "item": rule.item, "condition": rule.condition, "amount": str(rule.amount - 1)}
    stronger = form | {"severity": "urgent", "screen": rule.screen, "instead_of": rule.id, "step": "save"}
    assert (await ken.submit("/staff/triggers", stronger)).status_code == 200
    assert (await breathing(database, cast)).amount == rule.amount - 1
    back = await ken.submit(f"/staff/triggers/{rule.id}/restore")
    assert (back.status_code, "Use the weaker rule again?" in words(back)) == (422, True)
    assert (await breathing(database, cast)).amount == rule.amount - 1
    receipt = await ken.submit(f"/staff/triggers/{rule.id}/restore", {"reason": REASON})
    assert "Changed by Ken Osei" in words(receipt)
    assert REASON in words(receipt)
    assert (await breathing(database, cast)).amount == rule.amount


async def test_case_113_an_undo_does_not_override_a_later_decision(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    """Ken changes a trigger, then Ruth ends the changed one. Ken's undo must not bring back the first."""
    ken, ruth, rule = await signed_in(cast.ken), await signed_in(cast.ruth), await breathing(database, cast)
    form = {"slug": rule.slug, "item": rule.item, "condition": rule.condition, "amount": str(rule.amount - 1)}
    await ken.submit(
        "/staff/triggers", form | {"severity": "urgent", "screen": rule.screen, "instead_of": rule.id, "step": "save"}
    )
    changed = await breathing(database, cast)
    await ruth.submit(f"/staff/triggers/{changed.id}/end", {"reason": REASON})
    refused = await ken.submit(f"/staff/triggers/{rule.id}/restore")
    assert refused.status_code == 422
    assert not await in_force(database, cast)
    assert f"/staff/triggers/{rule.id}/restore" not in (await ken.get("/staff/triggers")).text
