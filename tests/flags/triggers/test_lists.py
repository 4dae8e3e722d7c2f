"""Find triggers, and the versions of one (case 61)."""

from dataclasses import replace
from datetime import timedelta

from server.db import Database
from server.flags.models import TriggerVersion
from server.flags.triggers import lists, versions
from tests.cast import NOW, Cast, acting, work_by
from tests.flags.triggers.scene import breathing


async def edit(database: Database, cast: Cast, rule: TriggerVersion, message: str, hours: int) -> TriggerVersion:
    async with database.writing() as db:
        row = await db.get_one(TriggerVersion, rule.id)
        work = work_by(db, cast.ken, NOW + timedelta(hours=hours))
        new = await versions.write(work, replace(versions.as_rule(row), message=message), row)
        assert new is not None
        return new


async def test_a_changed_trigger_links_its_earlier_versions(database: Database, cast: Cast) -> None:
    first = await breathing(database, cast)
    second = await edit(database, cast, first, "Call today.", 1)
    third = await edit(database, cast, second, "Call now.", 2)
    async with database.reading() as db:
        found = await lists.versions_of(db, third)
        assert [(row.id, author) for row, author in found] == [
            (third.id, "Ken Osei"),
            (second.id, "Ken Osei"),
            (first.id, ""),
        ]
        after = await lists.follower(db, first)
        assert after is not None
        assert after.id == second.id
        assert await lists.follower(db, third) is None


async def test_only_triggers_with_a_message_have_one(database: Database, cast: Cast) -> None:
    first = await breathing(database, cast)
    second = await edit(database, cast, first, "Call today.", 1)
    async with database.reading() as db:
        assert await lists.messages(db, {first.id, second.id}) == {second.id: "Call today."}


async def test_case_61_a_clinic_lists_its_own_triggers_in_order_of_their_start(database: Database, cast: Cast) -> None:
    first = await breathing(database, cast)
    second = await edit(database, cast, first, "Call today.", 1)
    async with database.reading() as db:
        found = await lists.all_rules(db, acting(cast.maria))
        assert found[-1].id == second.id
        assert first.id in {row.id for row in found}
        assert {row.clinic_id for row in found} == {cast.harbor.id}
        assert await lists.find(db, acting(cast.tom), first.id) is None
        assert await lists.find(db, acting(cast.maria), first.id) is not None
