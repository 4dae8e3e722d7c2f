"""Staff change a trigger: a weaker one wants a reason, and an undo respects later decisions (case 113)."""

from server.db import Database
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter
from tests.flags.triggers.scene import REASON, breathing, in_force, number_in_force
from tests.web.form_reader import PageForm, read


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


async def test_case_91_a_rule_comes_back_after_its_preview_with_its_own_check_in(signed_in: Enter, cast: Cast) -> None:
    """Ken is signed out while he reads the preview, which stands at an address with another page."""
    ken = await signed_in(cast.ken)
    opened = await ken.get("/staff/triggers/new?slug=weekly-als")
    previewed = await ken.submit("/staff/triggers", _form(opened.text).sent() | {"item": "swallowing", "amount": "2"})
    sent = _form(previewed.text).sent() | {"step": "save"}
    await ken.submit("/staff/sign-out")
    late = await ken.submit("/staff/triggers", sent, referer="https://localhost/staff/triggers")
    [kept] = [field.value for form in read(late.text).forms for field in form.named("unsaved")]
    again = await signed_in(cast.ken)
    back = await again.submit("/staff/sign-in/elsewhere", {"unsaved": kept})
    form = _form(back.text).sent()
    assert (form["slug"], form["item"], form["amount"]) == ("weekly-als", "swallowing", "2")
    assert "Weekly check-in" in words(back)


async def test_case_116_a_change_of_a_rule_that_is_refused_keeps_its_reason(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    ken, rule = await signed_in(cast.ken), await breathing(database, cast)
    previewed = await ken.submit("/staff/triggers", _form((await ken.get(f"/staff/triggers/{rule.id}")).text).sent())
    sent = _form(previewed.text).sent() | {"amount": "two", "reason": REASON, "step": "save"}
    refused = await ken.submit("/staff/triggers", sent, referer="https://localhost/staff/triggers")
    assert (refused.status_code, "Change a rule" in words(refused)) == (422, True)
    form = _form(refused.text).sent()
    assert (form["instead_of"], form["reason"]) == (rule.id, REASON)


def _form(html: str) -> PageForm:
    [form] = [form for form in read(html).forms if form.action == "/staff/triggers"]
    return form


async def test_case_91_a_reason_without_a_field_on_the_page_is_shown(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    """The question about a weaker rule has no page of its own, and the list of rules no field for a reason."""
    ken, rule = await signed_in(cast.ken), await breathing(database, cast)
    form = {"slug": rule.slug, "item": rule.item, "condition": rule.condition, "amount": str(rule.amount - 1)}
    stronger = form | {"severity": "urgent", "screen": rule.screen, "instead_of": rule.id, "step": "save"}
    await ken.submit("/staff/triggers", stronger)
    await ken.submit("/staff/sign-out")
    restore = f"/staff/triggers/{rule.id}/restore"
    late = await ken.submit(restore, {"reason": REASON}, referer=f"https://localhost{restore}")
    [kept] = [field.value for form in read(late.text).forms for field in form.named("unsaved")]
    back = await (await signed_in(cast.ken)).submit("/staff/sign-in/elsewhere", {"unsaved": kept})
    assert "Your text is back" in words(back)
    assert f"What you wrote {REASON}" in words(back)
