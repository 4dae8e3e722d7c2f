"""A rule that protects patients asks before it ends, wants a reason, and can be restored (case 113)."""

import asyncio
import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.db import Database
from server.flags import rules
from server.flags.models import TriggerVersion
from server.flags.rules import Severity
from server.flags.triggers import rules as trigger_rules
from server.flags.triggers import versions as trigger_versions
from server.flags.triggers.rules import Trigger
from server.people.models import Staff
from tests.browser_without_screen import words
from tests.cast import Cast, work_by
from tests.conftest import Enter
from tests.flags.scene import answers, flags
from tests.stories import rows

REASON = "The new mask made this question useless."


async def breathing(database: Database, cast: Cast) -> TriggerVersion:
    """Harbor's red rule in force for breathing."""
    found = await rows(
        database, TriggerVersion, TriggerVersion.item == "breathing", TriggerVersion.slug == "weekly-als"
    )
    return next(r for r in found if r.clinic_id == cast.harbor.id and r.severity == "urgent" and r.ended_at is None)


async def number_in_force(database: Database, cast: Cast) -> int:
    return len(
        [r for r in await rows(database, TriggerVersion) if r.clinic_id == cast.harbor.id and r.ended_at is None]
    )


async def in_force(database: Database, cast: Cast) -> bool:
    try:
        await breathing(database, cast)
    except StopIteration:
        return False
    except RuntimeError:  # a coroutine turns StopIteration into this
        return False
    return True


async def test_case_113_a_rule_ends_only_after_a_question_and_with_a_reason(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    ken, rule = await signed_in(cast.ken), await breathing(database, cast)
    page = await ken.get(f"/staff/triggers/{rule.id}")
    assert f'<a class="button" href="/staff/triggers/{rule.id}/end">' in page.text
    question = words(await ken.get(f"/staff/triggers/{rule.id}/end"))
    assert "End this rule?" in question
    assert "No patient will see its screen with the numbers to call." in question
    for fields in ({}, {"reason": "   "}):
        refused = await ken.submit(f"/staff/triggers/{rule.id}/end", fields)
        assert (refused.status_code, "Please say why" in words(refused)) == (422, True)
    assert await in_force(database, cast)


async def test_case_113_the_receipt_names_who_and_why_and_undoes_it(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    ken, rule = await signed_in(cast.ken), await breathing(database, cast)
    receipt = await ken.submit(f"/staff/triggers/{rule.id}/end", {"reason": REASON})
    assert "Breathing: Very hard (urgent). Ended by Ken Osei" in words(receipt)
    assert REASON in words(receipt)
    assert not await in_force(database, cast)
    maria = await signed_in(cast.maria)
    listed = words(await maria.get("/staff/triggers"))
    assert "1 rule that has ended" in listed
    assert f"Ken Osei {REASON}" in listed
    assert "Use again" not in listed  # a coordinator reads it and cannot change it
    restored = await ken.submit(f"/staff/triggers/{rule.id}/restore")
    assert restored.status_code == 200
    again = await breathing(database, cast)
    assert (again.follows_id, again.screen, again.amount) == (rule.id, rule.screen, rule.amount)
    assert f"Ken Osei in use again {REASON}" in words(await maria.get("/staff/triggers"))  # it stays on the list
    await answers(database, cast.rosa, {"breathing": "very-hard"})
    assert [flag.severity for flag in await flags(database, "breathing")] == ["urgent"]


async def test_case_113_two_who_end_it_at_once_are_one_end_and_the_second_reads_who(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    ken, ruth, rule = await signed_in(cast.ken), await signed_in(cast.ruth), await breathing(database, cast)
    await ken.submit(f"/staff/triggers/{rule.id}/end", {"reason": REASON})
    late = await ruth.submit(f"/staff/triggers/{rule.id}/end", {"reason": "Mine <b>too</b>"})
    assert late.status_code == 409
    assert "Ken Osei ended it" in words(late)
    assert "Mine &lt;b&gt;too&lt;/b&gt;" in late.text
    [row] = await rows(database, TriggerVersion, TriggerVersion.id == rule.id)
    assert (row.ended_by, row.end_reason) == (cast.ken.id, REASON)


async def test_case_113_a_change_that_weakens_a_rule_wants_a_reason_too(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
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


async def test_a_change_that_makes_a_rule_stronger_wants_no_reason(
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


async def test_case_113_two_edits_of_one_rule_leave_one_rule_in_force(cast: Cast, database: Database) -> None:
    rule, both_look = await breathing(database, cast), asyncio.Barrier(2)
    before = await number_in_force(database, cast)

    async def edits(staff: Staff, message: str) -> bool:
        async with database.writing() as db:
            row = await db.get_one(TriggerVersion, rule.id)
            with contextlib.suppress(TimeoutError):  # SQLite lets one writer in at a time
                await asyncio.wait_for(both_look.wait(), 0.3)
            new = replace(trigger_versions.as_rule(row), message=message)
            return await trigger_versions.write(work_by(db, staff), new, row) is not None

    taken = await asyncio.gather(edits(cast.ken, "Kens"), edits(cast.ruth, "Ruths"))
    assert sorted(taken) == [False, True]
    assert await number_in_force(database, cast) == before


async def test_case_113_what_was_decided_since_stands(signed_in: Enter, cast: Cast, database: Database) -> None:
    """Ken changes a rule, Ruth ends the changed one: Ken's undo must not bring back the first."""
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_61_nobody_else_ends_or_restores_it(signed_in: Enter, cast: Cast, database: Database) -> None:
    rule = await breathing(database, cast)
    for person, status in ((cast.maria, 403), (cast.tom, 404)):
        browser = await signed_in(person)
        assert (await browser.get(f"/staff/triggers/{rule.id}/end")).status_code == status
        for act in ("end", "restore"):
            assert (await browser.submit(f"/staff/triggers/{rule.id}/{act}", {"reason": "x"})).status_code == status
    assert await in_force(database, cast)


LEVELS = st.integers(0, 4)
RULE = st.builds(
    Trigger,
    id=st.just("t"),
    item=st.just("breathing"),
    condition=st.sampled_from(["at-least", "worse-than-previous", "worse-than-first"]),
    amount=st.integers(1, 4),
    severity=st.sampled_from(Severity),
)


@given(RULE, RULE, LEVELS, LEVELS, LEVELS)
def test_case_113_a_rule_that_does_not_weaken_raises_at_least_the_same(
    old: Trigger, new: Trigger, now: int, previous: int, first: int
) -> None:
    if trigger_rules.weakens(old, new):
        return
    course = trigger_rules.Course({"breathing": now}, {"breathing": previous}, {"breathing": first})
    before, after = trigger_rules.fired([old], course), trigger_rules.fired([new], course)
    for raised in before:
        assert any(rules.worse(raised.severity, one.severity) == one.severity for one in after)
