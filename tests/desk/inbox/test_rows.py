"""The rows of the inbox: each flag once, and only those of the clinic."""

import pytest
from litestar import Litestar
from sqlalchemy.event import listen

from server.db import Database
from server.desk.inbox import rows as inbox_rows
from server.flags import actions
from server.flags.models import Flag
from server.flags.rules import FlagOutcome
from tests.cast import Cast, acting, work_by
from tests.conftest import Enter
from tests.desk.inbox.scene import ONE_DATABASE, many_flags


@pytest.mark.sweep
async def test_pages_in_a_row_show_every_flag_once(database: Database, cast: Cast) -> None:
    wanted = await many_flags(database, cast, 120)
    found: list[str] = []
    after: str | None = ""
    async with database.reading() as db:
        while after is not None:
            page = await inbox_rows.open_page(work_by(db, cast.maria), after, inbox_rows.PAGE)
            assert len(page.rows) <= inbox_rows.PAGE
            found += [row.flag.id for row in page.rows]
            after = page.after
    assert found == wanted


@pytest.mark.sweep
async def test_a_flag_closed_meanwhile_hides_no_flag_of_the_next_page(database: Database, cast: Cast) -> None:
    wanted = await many_flags(database, cast, 60)
    async with database.reading() as db:
        first = await inbox_rows.open_page(work_by(db, cast.maria), "", inbox_rows.PAGE)
    async with database.writing() as db:
        for row in first.rows[-2:]:
            await actions.close(
                work_by(db, cast.ken), await db.get_one(Flag, row.flag.id), actions.Outcome(FlagOutcome.CALLED)
            )
    async with database.reading() as db:
        second = await inbox_rows.open_page(work_by(db, cast.maria), first.after or "", inbox_rows.PAGE)
    assert [row.flag.id for row in second.rows] == wanted[50:]


async def test_flags_of_another_clinic_are_never_shown(database: Database, cast: Cast) -> None:
    ids = await many_flags(database, cast, 3)
    async with database.reading() as db:
        for after in ("", ids[0]):
            page = await inbox_rows.open_page(work_by(db, cast.tom), after, inbox_rows.PAGE)
            assert (page.rows, page.after) == ([], None)
        assert await inbox_rows.count_open(db, acting(cast.tom)) == 0


@ONE_DATABASE
async def test_a_longer_list_needs_no_more_queries(
    app: Litestar, signed_in: Enter, cast: Cast, database: Database
) -> None:
    """The list includes urgent flags about which nobody was notified."""
    asked: list[str] = []
    listen(app.state.database.engine.sync_engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    maria = await signed_in(cast.maria)
    counts = []
    for more in (4, 36):
        ids = await many_flags(database, cast, more)
        asked.clear()
        page = await maria.get("/staff")
        assert all(f'id="flag-{flag_id}"' in page.text for flag_id in ids)
        counts.append(len(asked))
    assert counts[0] == counts[1] > 0
