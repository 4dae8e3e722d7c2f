"""The demo is made by the app's own functions, and never overwrites existing data."""

import re
import sys
from dataclasses import replace
from typing import Any

import phonenumbers
import pytest

from server import demo
from server.db import Database
from server.demo import seed
from server.demo.cast import CLINICS, DemoClinic
from server.flags.models import Flag
from server.people.models import Clinic, Patient, Staff
from server.responses.models import Response
from server.settings import Settings
from tests.cast import NOW, Cast
from tests.stories import rows


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> DemoClinic:
    """One clinic with three of its patients, because living through their weeks takes a while."""
    clinic = replace(CLINICS[0], patients=CLINICS[0].patients[:3])
    for module in (seed, sys.modules["server.demo.invite"]):  # the package exports the function under that name
        monkeypatch.setattr(module, "CLINICS", (clinic,))
    return clinic


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_demo_is_made_once_and_invites_somebody(
    few: DemoClinic, database: Database, settings: Settings
) -> None:
    lines: list[str] = []
    assert await demo.seed_when_empty(database, NOW, lines.append)
    assert not await demo.seed_when_empty(database, NOW, lines.append)
    assert lines[-1] == "kept as it is"
    assert [clinic.name for clinic in await rows(database, Clinic)] == [few.name]
    assert {patient.name for patient in await rows(database, Patient)} == {patient.name for patient in few.patients}
    assert len(await rows(database, Staff)) == len(few.staff)
    assert len(await rows(database, Response)) > 20
    assert await rows(database, Flag)
    invitation = await demo.invite(database, settings, NOW)
    assert invitation is not None
    assert re.fullmatch(r"\d{8}", invitation.code)
    assert invitation.link.startswith("https://localhost/staff/link#")


TELEPHONES: tuple[tuple[type[Any], str], ...] = (
    (Clinic, "phone_tel"),
    (Staff, "phone_tel"),
    (Patient, "phone_tel"),
    (Patient, "caregiver_phone_tel"),
)


@pytest.mark.sweep
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("number", range(len(CLINICS)), ids=[clinic.name for clinic in CLINICS])
async def test_the_demos_numbers_are_valid_and_reach_nobody(
    monkeypatch: pytest.MonkeyPatch, database: Database, number: int
) -> None:
    """A real area code, then 555-0100 to 555-0199, which nobody is ever given. 911 and 988 are the services' own."""
    clinic = replace(CLINICS[number], patients=tuple(replace(each, answers=0) for each in CLINICS[number].patients))
    monkeypatch.setattr(seed, "CLINICS", (clinic,))
    assert await demo.seed_when_empty(database, NOW, lambda _: None)
    found = [getattr(row, name) for table, name in TELEPHONES for row in await rows(database, table)]
    dialled = [tel for tel in found if tel]
    assert len(dialled) > len(clinic.patients)
    assert len(set(dialled)) == len(dialled)
    for tel in dialled:
        assert re.fullmatch(r"\+1[2-9]\d{2}55501\d{2}", tel), tel
        assert phonenumbers.is_valid_number(phonenumbers.parse(tel)), tel


async def test_a_clinics_own_data_is_not_replaced_by_the_demo(
    database: Database, cast: Cast, settings: Settings
) -> None:
    assert not await demo.seed_when_empty(database, NOW, print)
    assert len(await rows(database, Patient)) == 3
