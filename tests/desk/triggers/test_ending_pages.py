"""Ending a trigger asks first and needs a reason, and the trigger can be restored (case 113)."""

import asyncio

import pytest

from server.db import Database
from server.flags.models import TriggerVersion
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter
from tests.flags.scene import answers, flags
from tests.flags.triggers.scene import REASON, breathing, in_force
from tests.stories import audited, rows


async def test_case_113_a_trigger_ends_only_after_a_question_and_with_a_reason(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    ken, rule = await signed_in(cast.ken), await breathing(database, cast)
    page = await ken.get(f"/staff/triggers/{rule.id}")
    assert f'<a class="button" href="/staff/triggers/{rule.id}/end">' in page.text
    question = words(await ken.get(f"/staff/triggers/{rule.id}/end"))
    assert "End this rule?" in question
    assert "No patient will see its screen with the numbers to call." in question
    for fields in ({}, {"reason": "   "}, {"reason": "\u200b \u2060"}):
        refused = await ken.submit(f"/staff/triggers/{rule.id}/end", fields)
        assert (refused.status_code, "Please say why" in words(refused)) == (422, True)
    assert await in_force(database, cast)


async def test_case_113_the_receipt_shows_who_and_why_and_offers_undo(
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
    assert "Use again" not in listed  # a coordinator can read it and cannot change it
    restored = await ken.submit(f"/staff/triggers/{rule.id}/restore")
    assert restored.status_code == 200
    again = await breathing(database, cast)
    assert (again.follows_id, again.screen, again.amount) == (rule.id, rule.screen, rule.amount)
    assert f"Ken Osei in use again {REASON}" in words(
        await maria.get("/staff/triggers")
    )  # the trigger stays on the list
    await answers(database, cast.rosa, {"breathing": "very-hard"})
    assert [flag.severity for flag in await flags(database, "breathing")] == ["urgent"]


async def test_case_113_if_two_end_a_trigger_at_once_the_second_reads_who_ended_it(
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


async def test_case_90_two_simultaneous_presses_end_the_trigger_once(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    ken, rule = await signed_in(cast.ken), await breathing(database, cast)
    at = f"/staff/triggers/{rule.id}/end"
    presses = await asyncio.gather(*(ken.submit_and_stay(at, {"reason": REASON}) for _ in range(4)))
    assert {(press.status_code, press.headers.get("location")) for press in presses} == {(303, "/staff/triggers#did")}
    assert (await audited(database, rule.id)).count("trigger.ended") == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_61_other_staff_cannot_end_or_restore_it(signed_in: Enter, cast: Cast, database: Database) -> None:
    rule = await breathing(database, cast)
    for person, status in ((cast.maria, 403), (cast.tom, 404)):
        browser = await signed_in(person)
        assert (await browser.get(f"/staff/triggers/{rule.id}/end")).status_code == status
        for act in ("end", "restore"):
            assert (await browser.submit(f"/staff/triggers/{rule.id}/{act}", {"reason": "x"})).status_code == status
    assert await in_force(database, cast)
