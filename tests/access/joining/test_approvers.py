"""Whose new devices a person may approve (case 127)."""

from litestar import Litestar

from server.access.joining import approvers
from server.actor import Actor, ActorKind
from server.db import Database, Work
from tests.access.scene import lets_in
from tests.cast import NOW, Cast
from tests.conftest import Enter


async def test_a_patient_approves_for_all_and_a_caregiver_for_the_patient_only_if_allowed(
    database: Database, cast: Cast
) -> None:
    rosa, luis = (
        Actor(kind, person.id, cast.harbor.id, patient_id=cast.rosa.id)
        for kind, person in ((ActorKind.PATIENT, cast.rosa), (ActorKind.CAREGIVER, cast.luis))
    )
    async with database.writing() as db:
        assert [person.id for person in await approvers.approvable(db, rosa)] == [cast.rosa.id, cast.luis.id]
        [own] = await approvers.approvable(db, luis)
        patient, caregiver = await approvers.pair_of(db, own)
        assert (patient.id, caregiver) == (cast.rosa.id, own)
        assert await approvers.pair_of(db, patient) == (patient, None)
        assert caregiver is not None
        await approvers.allow(Work(db, rosa, NOW), caregiver, True)
        assert [person.id for person in await approvers.approvable(db, luis)] == [cast.luis.id, cast.rosa.id]


async def test_case_127_a_code_ends_when_its_caregiver_loses_the_right_to_approve_phones(
    signed_in: Enter, app: Litestar, cast: Cast
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/allow", {"allowed": "yes"})
    hers = await lets_in(luis, app, cast.rosa)
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/allow", {"allowed": "no"})
    assert not await hers.works(app)
