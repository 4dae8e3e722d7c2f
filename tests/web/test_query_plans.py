"""No page reads a whole table that grows with each day, nor all rows that its clinic has there.

SQLite is asked, which would rather take the index of the clinic than any other.
"""

import re

import pytest
from litestar import Litestar

from server.db import Database
from server.web.dependencies import MayOpen
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.query_plans import Recorded, record
from tests.routes import ROUTES, Route
from tests.world import address, world_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGES = [route for route in ROUTES if "GET" in route.http_methods]
TABS = [f"/staff?show={tab}" for tab in ("action", "new", "late", "unreached", "done")]
OF_STAFF = (MayOpen.STAFF, MayOpen.CLINICIAN, MayOpen.ADMIN)
# What ending a trigger would change: it is tried on all answers to its questionnaire.
READS_WHOLE = {"/staff/triggers/{trigger_id:str}/end"}


def is_staffs(route: Route) -> bool:
    return route.opt.get("who") in OF_STAFF


async def whole_tables(recorded: Recorded) -> dict[str, str]:
    return {re.sub(r"\s+", " ", sql)[-300:]: table for sql, table in (await recorded.whole_tables()).items()}


async def test_no_page_reads_all_rows_of_a_table_that_grows(
    app: Litestar, signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        world = await world_of(db, cast.rosa, cast.ruth)
    ruth, rosa = await signed_in(cast.ruth), await signed_in(cast.rosa)
    asked = [(min(route.paths), ruth if is_staffs(route) else rosa, address(route, world)) for route in PAGES]
    recorded, found, opened = record(app.state.database), {}, 0
    for name, browser, path in [*asked, *((tab, ruth, tab) for tab in TABS)]:
        recorded.begin()
        page = await browser.get(path)
        opened += page.status_code == 200 and bool(recorded.ran)
        if read := await whole_tables(recorded):
            found[name] = read
    assert {name: read for name, read in found.items() if name not in READS_WHOLE} == {}
    assert set(found) == READS_WHOLE
    assert opened > 40


async def test_a_statement_that_reads_all_rows_of_the_clinic_is_noticed(
    app: Litestar, signed_in: Enter, cast: Cast, database: Database
) -> None:
    recorded = record(database)
    async with database.reading() as db:
        connection = await db.connection()
        for where in ("clinic_id = ?", "+clinic_id = ?", "answered_at > ?", "patient_id = ?"):
            recorded.begin()
            await connection.exec_driver_sql(f"SELECT * FROM response AS response_1 WHERE {where}", (str(NOW),))
            assert (set((await recorded.whole_tables()).values()) == {"response"}) == (where != "patient_id = ?"), where
