"""The operator reads which push services were turned away, and how to admit each (case 95)."""

from dataclasses import replace

from server import settings
from server.db import Database
from server.devices import refused_services
from server.operations import refused_services_report
from tests.cast import NOW

GIVEN = replace(settings.read({}), push_services="push.example.org")


async def test_case_95_each_service_has_the_setting_that_admits_it(database: Database) -> None:
    async with database.writing() as db:
        for service in ("10.0.0.1", "push.example.net", "push.example.net"):
            await refused_services.count(db, service, NOW)
    rows = await refused_services_report.rows(database, GIVEN)
    setting = "INTERLUDE_PUSH_SERVICES=push.example.org,push.example.net"
    assert [(row["service"], row["times"], row["setting"]) for row in rows] == [
        ("push.example.net", 2, setting),
        ("10.0.0.1", 1, ""),
    ]
    first, second = refused_services_report.words(rows).splitlines()
    assert first.endswith(f"To admit it: {setting}")
    assert second.endswith("No setting admits it.")


async def test_case_95_a_service_that_is_admitted_by_now_is_not_listed(database: Database) -> None:
    async with database.writing() as db:
        await refused_services.count(db, "push.example.net", NOW)
    given = replace(GIVEN, push_services="push.example.net")
    assert await refused_services_report.rows(database, given) == []
    assert refused_services_report.words([]) == "no push service has been turned away"
