"""A handler gets a transaction of its request's kind, limited to the clinic of the person who asks."""

from types import SimpleNamespace
from typing import Any

import pytest
from litestar.exceptions import NotFoundException
from sqlalchemy import select

from server import providers
from server.actor import Visitor
from server.db import Database
from server.people.models import Patient
from server.web.dependencies import MayOpen
from server.web.read_only_requests import IS_READ_ONLY
from tests.cast import Cast, acting


def asked(database: Database, method: str, visitor: Visitor, **opt: object) -> Any:
    """As much of a request as the providers read."""

    async def body() -> bytes:
        return b""

    return SimpleNamespace(
        app=SimpleNamespace(state=SimpleNamespace(database=database)),
        method=method,
        scope={"user": visitor, IS_READ_ONLY: opt.pop("is_read_only", False)},
        route_handler=SimpleNamespace(opt={"who": MayOpen.STAFF} | opt),
        body=body,
    )


@pytest.mark.parametrize(
    ("method", "opt", "is_kept"),
    [
        ("POST", {}, True),
        ("GET", {}, False),
        ("GET", {"writes": True}, True),
        ("GET", {"writes": True, "is_read_only": True}, False),
    ],
)
async def test_what_a_request_writes_is_kept_unless_it_only_reads(
    database: Database, cast: Cast, method: str, opt: dict[str, object], is_kept: bool
) -> None:
    request = asked(database, method, Visitor(staff=acting(cast.maria)), **opt)
    async for db in providers.provide_db(request):
        rosa = await db.get_one(Patient, cast.rosa.id)
        rosa.locale = "es"
        await db.flush()
    async with database.reading() as db:
        assert (await db.get_one(Patient, cast.rosa.id)).locale == ("es" if is_kept else "en")


async def test_a_request_finds_the_rows_of_the_askers_clinic_alone(database: Database, cast: Cast) -> None:
    async for db in providers.provide_db(asked(database, "GET", Visitor(staff=acting(cast.tom)))):
        assert [patient.name for patient in await db.scalars(select(Patient))] == ["Helen Marsh"]


def test_a_handler_that_wants_the_person_is_not_found_without_a_sign_in(database: Database, cast: Cast) -> None:
    maria = acting(cast.maria)
    assert providers.provide_actor(asked(database, "GET", Visitor(staff=maria))) == maria
    with pytest.raises(NotFoundException):
        providers.provide_actor(asked(database, "GET", Visitor(person=acting(cast.rosa))))
