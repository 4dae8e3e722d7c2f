"""A clinic's details are changed, and its staffed hours tell whether it is closed."""

from datetime import timedelta

import pytest

from server.db import Database
from server.people import clinics
from server.people.models import Clinic
from server.phone_numbers.parts import BadNumbers
from tests.cast import NOW, Cast, work_by


@pytest.mark.parametrize(
    ("hours", "closed"),
    [(0, False), (-1.1, True), (7.9, False), (8, True), (5 * 24, True)],  # Monday 9:00, 7:54, 16:54, 17:00; Saturday
)
async def test_the_clinic_is_closed_outside_its_staffed_hours(cast: Cast, hours: float, closed: bool) -> None:
    assert clinics.is_closed(cast.harbor, NOW + timedelta(hours=hours)) == closed


async def test_a_clinics_undiallable_line_changes_nothing(database: Database, cast: Cast) -> None:
    facts = {field: getattr(cast.harbor, field) for field in clinics.ClinicFacts.__dataclass_fields__}
    async with database.writing() as db:
        clinic = await db.get_one(Clinic, cast.harbor.id)
        new = clinics.ClinicFacts(**facts | {"name": "Pier", "crisis_line": "none"})
        with pytest.raises(BadNumbers):
            await clinics.change_clinic(work_by(db, cast.ruth), clinic, new)
        assert (clinic.name, clinic.crisis_line_tel) == ("Harbor Infusion Center", "988")
