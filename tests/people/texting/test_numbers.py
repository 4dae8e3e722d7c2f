"""Numbers are looked up by a keyed hash; each has the state of its last event (case 128)."""

from collections.abc import Sequence
from datetime import timedelta
from functools import reduce
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.db import Database
from server.people.models import Patient, Staff
from server.people.rules import ContactBy
from server.people.texting import numbers
from server.people.texting.models import TextNumber
from server.people.texting.rules import NumberEvent, NumberState, later
from tests.cast import NOW, Cast
from tests.desk.scene import SQLITE
from tests.examples import examples
from tests.people.texting.scene import ROSAS, share_phone
from tests.people.texting.test_rules import events
from tests.stories import rows

_numbers = count(1)


async def test_case_128_a_stored_number_has_its_hash_and_a_removed_one_has_none(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        rosa, ken = await db.get_one(Patient, cast.rosa.id), await db.get_one(Staff, cast.ken.id)
        assert rosa.phone_tel_hash == numbers.number_hash(ROSAS)
        assert "5550101" not in str(rosa.phone_tel_hash)
        rosa.phone_tel, rosa.caregiver_phone_tel, ken.phone_tel = None, "+12125550102", "+12125550103"
        assert rosa.caregiver_phone_tel_hash == numbers.number_hash("+12125550102")
        assert [rosa.phone_tel_hash] == [None]
        assert ken.phone_tel_hash == numbers.number_hash("+12125550103")


async def test_case_128_a_number_belongs_to_all_who_share_it_in_every_clinic(database: Database, cast: Cast) -> None:
    await share_phone(database, cast)
    async with database.writing() as db:
        (await db.get_one(Staff, cast.tom.id)).phone_tel = ROSAS
        walter = await db.get_one(Patient, cast.walter.id)
        walter.phone_tel, walter.caregiver_phone_tel = None, ROSAS
    async with database.reading() as db:
        owners = await numbers.owners_of(db, numbers.number_hash(ROSAS))
    assert {person.id for person in owners.everybody} == {cast.rosa.id, cast.walter.id, cast.helen.id, cast.tom.id}


async def test_case_128_only_the_number_that_texts_go_to_blocks_a_patient(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        rosa.caregiver_phone_tel = "+12125550102"
        await numbers.settle(db, numbers.number_hash(ROSAS), NumberEvent(NumberState.STOPPED, NOW))
        assert (await numbers.blocked_of(db, [rosa])).keys() == {rosa.id}
        rosa.contact = ContactBy.CAREGIVER
        assert await numbers.blocked_of(db, [rosa]) == {}
        assert await numbers.blocked(db, []) == {}


@SQLITE
@given(st.lists(events, min_size=1, max_size=6), st.data())
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_case_128_the_stored_state_is_that_of_the_last_event_in_any_order(
    database: Database, happened: Sequence[NumberEvent], data: st.DataObject
) -> None:
    number = numbers.number_hash(f"+1212555{next(_numbers):04}")
    for event in data.draw(st.permutations([*happened, *happened[::2]])):
        async with database.writing() as db:
            await numbers.settle(db, number, event)
    [stored] = await rows(database, TextNumber, TextNumber.number_hash == number)
    assert NumberEvent(stored.state, stored.changed_at) == reduce(later, happened)


@pytest.mark.parametrize(("minutes", "counts"), [(1, True), (-1, False), (0, False)])
async def test_case_128_settling_tells_whether_the_event_counts(database: Database, minutes: int, counts: bool) -> None:
    async with database.writing() as db:
        assert await numbers.settle(db, "a" * 64, NumberEvent(NumberState.STOPPED, NOW))
        event = NumberEvent(NumberState.OPEN, NOW + timedelta(minutes=minutes))
        assert await numbers.settle(db, "a" * 64, event) == counts
