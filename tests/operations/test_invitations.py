"""Sign-in links and pairing codes from the command line (case 65)."""

from datetime import timedelta

from server.access.joining import flow as joining
from server.access.models import PairingCode
from server.access.rules import PAIRING_LIFE, STAFF_LINK_LIFE
from server.access.staff import accounts, sign_in
from server.access.staff.sign_in import Entered
from server.actor import Role
from server.db import Database
from server.operations import invitations
from server.people.models import Patient
from server.people.pauses import flow as pausing
from server.people.rules import PauseReason
from tests.cast import NOW, Cast, work_by
from tests.stories import rows


async def test_case_65_a_staff_member_signs_in_with_the_link_once(database: Database, cast: Cast) -> None:
    [token] = (await invitations.staff_link_tokens(database, " Maria@Harbor.example ", NOW)).values()
    async with database.writing() as db:
        entered = await sign_in.enter_by_link(db, token, "Mac", NOW + STAFF_LINK_LIFE - timedelta(seconds=1))
        assert isinstance(entered, Entered)
        assert entered.staff.id == cast.maria.id
        assert not isinstance(await sign_in.enter_by_link(db, token, "Mac", NOW), Entered)


async def test_case_65_a_patient_gets_a_code_for_half_an_hour(database: Database, cast: Cast) -> None:
    code = await invitations.pairing_code(database, cast.rosa.id, NOW)
    assert code is not None
    async with database.writing() as db:
        good = await joining.check_code(db, code, "here", NOW + PAIRING_LIFE - timedelta(seconds=1))
        assert isinstance(good, PairingCode)
        assert good.patient_id == cast.rosa.id
        assert not isinstance(await joining.check_code(db, code, "here", NOW + PAIRING_LIFE), PairingCode)


async def test_an_unknown_person_gets_no_link_or_code(database: Database, cast: Cast) -> None:
    assert await invitations.staff_link_tokens(database, "nobody@harbor.example", NOW) == {}
    assert await invitations.pairing_code(database, cast.maria.id, NOW) is None


async def test_case_127_a_patient_who_has_died_gets_no_code(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        await pausing.pause(work_by(db, cast.ken), await db.get_one(Patient, cast.rosa.id), PauseReason.DEATH)
    assert await invitations.pairing_code(database, cast.rosa.id, NOW) is None
    assert await rows(database, PairingCode) == []


async def test_case_129_somebody_who_works_in_two_clinics_gets_a_link_for_each(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        await accounts.add_staff(work_by(db, cast.tom), "Maria Alvarez", "maria@harbor.example", Role.CLINICIAN)
    tokens = await invitations.staff_link_tokens(database, "maria@harbor.example", NOW)
    assert list(tokens) == [cast.harbor.name, cast.mesa.name]
    for clinic, token in zip((cast.harbor, cast.mesa), tokens.values(), strict=True):
        async with database.writing() as db:
            entered = await sign_in.enter_by_link(db, token, "Mac", NOW)
        assert isinstance(entered, Entered)
        assert entered.staff.clinic_id == clinic.id
