"""A request that only reads changes nothing (case 126)."""

import pytest

from server.audit import AuditEvent
from server.db import Database
from server.responses.models import Response
from server.web.read_only_requests import PREFETCHES
from tests.browser_without_screen import Browser
from tests.cast import Cast
from tests.conftest import Enter
from tests.routes import ROUTES
from tests.stories import STEADY, answered, due_check_in, rows

LOOKS = [{name.decode(): word.decode()} for name, word in PREFETCHES] + [{"sec-purpose": "prefetch;prerender"}]
WITHOUT_IDS = sorted({path for r in ROUTES if "GET" in r.http_methods for path in r.paths if "{" not in path})


@pytest.fixture
async def response_id(database: Database, cast: Cast) -> str:
    async with database.writing() as db:
        taken = await answered(db, cast.rosa, await due_check_in(db, cast.rosa), STEADY)
        return taken.response.id


async def opened(database: Database) -> list[object]:
    marks = [event.verb for event in await rows(database, AuditEvent) if "opened" in event.verb]
    return [*marks, *(response.opened_at for response in await rows(database, Response) if response.opened_at)]


@pytest.mark.parametrize("headers", LOOKS, ids=str)
async def test_case_126_a_prefetch_marks_nothing_as_opened(
    signed_in: Enter, cast: Cast, database: Database, response_id: str, headers: dict[str, str]
) -> None:
    maria = await signed_in(cast.maria)
    for path in (f"/staff/responses/{response_id}", f"/staff/patients/{cast.rosa.id}"):
        refused = await maria.http.get(path, headers=headers)
        assert (refused.status_code, refused.content) == (503, b"")
    assert await opened(database) == []
    await maria.get(f"/staff/responses/{response_id}")
    assert await opened(database) != []


async def test_case_126_head_is_answered_like_get_without_a_body_and_marks_nothing(
    signed_in: Enter, cast: Cast, database: Database, response_id: str
) -> None:
    maria = await signed_in(cast.maria)
    for path in (f"/staff/responses/{response_id}", f"/staff/patients/{cast.rosa.id}"):
        looked = await maria.http.head(path)
        assert (looked.status_code, looked.content) == (200, b"")
    assert await opened(database) == []


@pytest.mark.parametrize("path", WITHOUT_IDS)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_126_head_answers_wherever_get_does(browser: Browser, path: str) -> None:
    got = await browser.http.get(path, follow_redirects=False)
    looked = await browser.http.head(path, follow_redirects=False)
    assert (looked.status_code, looked.content) == (got.status_code, b"")
    assert looked.headers.get("content-type") == got.headers.get("content-type")
