"""Whether the inbox has something new to show (case 73)."""

from datetime import timedelta

from server.db import Database
from server.desk.inbox import changes
from server.flags.escalation import flow as escalation
from tests.browser_without_screen import words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter, StillClock
from tests.desk.inbox.scene import ONE_DATABASE
from tests.flags.escalation.scene import Rota
from tests.stories import STEADY, answered, due_check_in


@ONE_DATABASE
async def test_the_inbox_learns_of_changes_by_one_small_request(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    maria, tom = await signed_in(cast.maria), await signed_in(cast.tom)
    first = await maria.get("/staff/inbox/changes")
    tag = first.headers["etag"]
    same = await maria.get("/staff/inbox/changes", if_none_match=tag)
    assert (same.status_code, same.content) == (304, b"")
    mesas = (await tom.get("/staff/inbox/changes")).headers["etag"]
    async with database.writing() as db:
        await answered(db, cast.rosa, await due_check_in(db, cast.rosa), STEADY | {"fall": True})
    changed = await maria.get("/staff/inbox/changes", if_none_match=tag)
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)
    assert changed.headers["hx-trigger"] == "inbox-changed"
    assert f'data-version="{changed.json()["version"]}"' in (await maria.get("/staff")).text
    assert (await tom.get("/staff/inbox/changes", if_none_match=mesas)).status_code == 304
    clock.move(minutes=15)  # ages have changed by now
    assert (await maria.get("/staff/inbox/changes", if_none_match=changed.headers["etag"])).status_code == 200


@ONE_DATABASE
async def test_case_73_notifying_the_next_contact_is_a_change(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    rota = Rota(database, cast, clock)
    await rota.put_on_call()
    async with database.writing() as db:
        await answered(
            db, cast.rosa, await due_check_in(db, cast.rosa), STEADY | {"swallowing": "little", "choking": True}
        )
    clock.move(minutes=11)
    async with database.writing() as db:
        assert await escalation.escalate(db, clock()) == 1
    maria = await signed_in(cast.maria)
    before = await maria.get("/staff/inbox/changes")
    assert "telling Maria Alvarez" in words(await maria.get("/staff"))
    await rota.pass_minutes(0)
    after = await maria.get("/staff/inbox/changes", if_none_match=before.headers["etag"])
    assert after.status_code == 200
    assert "told Maria Alvarez by text" in words(await maria.get("/staff"))


@ONE_DATABASE
async def test_opening_a_flag_or_a_patient_is_not_a_change(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    maria = await signed_in(cast.maria)
    tag = (await maria.get("/staff/inbox/changes")).headers["etag"]
    await maria.get(f"/staff/patients/{cast.rosa.id}")
    assert (await maria.get("/staff/inbox/changes", if_none_match=tag)).status_code == 304


@ONE_DATABASE
async def test_the_version_changes_with_an_answer_and_each_quarter_of_an_hour(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        first = await changes.version(work_by(db, cast.maria))
        assert await changes.version(work_by(db, cast.maria, NOW + timedelta(minutes=14))) == first
        assert await changes.version(work_by(db, cast.maria, NOW + timedelta(minutes=15))) != first
        await answered(db, cast.rosa, await due_check_in(db, cast.rosa), STEADY)
        assert await changes.version(work_by(db, cast.maria)) != first
