"""No page of a caregiver shows a private answer, in whatever order people answer (case 123)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from server.checkins.models import CheckIn
from server.db import Database
from server.questionnaires import flow as questionnaires
from server.responses.submission import closing
from tests.browser_without_screen import Browser
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import due_check_in

SECRET = "Zinnia"  # in each label of the private answers, whose codes start with "zz"
WALK: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "name": "walk",
    "version": "1",
    "title": "A walk",
    "extension": [{"url": "urn:interlude:same", "valueBoolean": True}],
}


def _choice(link_id: str, code: str, label: str, **more: Any) -> dict[str, Any]:
    ordinal = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
    options = [
        {
            "valueCoding": {
                "code": f"{code}{level}",
                "display": f"{label} {level}",
                "extension": [{"url": ordinal, "valueDecimal": level}],
            }
        }
        for level in range(5)
    ]
    return {"linkId": link_id, "type": "choice", "text": f"How is {link_id}?", "answerOption": options} | more


ONLY_PATIENT = {"extension": [{"url": "urn:interlude:patient-only", "valueBoolean": True}]}
LOW = {"enableWhen": [{"question": "spirits", "operator": ">=", "answerCoding": {"code": "zz3"}}]}
ITEMS = [
    _choice("sleep", "s", "Sleep"),
    _choice("spirits", "zz", SECRET, **ONLY_PATIENT),
    _choice("why", "zy", f"{SECRET} because", **LOW),  # not marked as private, but it reveals a low mood
    _choice("walking", "w", "Walk"),
]
ANSWERS = [("sleep", "s"), ("spirits", "zz"), ("why", "zy"), ("walking", "w")]
ACTS = st.one_of(
    st.tuples(
        st.just("says"),
        st.sampled_from(("rosa", "luis")),
        st.sampled_from(("self", "hands", "helper")),
        st.sampled_from(ANSWERS),
        st.integers(0, 4),
    ),
    st.tuples(
        st.sampled_from(("send", "same", "undo")), st.sampled_from(("rosa", "luis")), st.sampled_from(("self", "hands"))
    ),
    st.tuples(st.just("week")),
)


@pytest.mark.sweep
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(ACTS, min_size=3, max_size=10))
async def test_case_123_no_caregivers_page_shows_a_private_answer_in_any_order_of_acts(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, acts: list[tuple[Any, ...]]
) -> None:
    phones = {"rosa": await signed_in(cast.rosa), "luis": await signed_in(cast.luis)}
    async with database.writing() as db:
        version = 1 + (await db.scalar(select(func.count()).select_from(CheckIn)) or 0)
        changed = WALK | {"version": str(100 + version), "item": ITEMS}
        await questionnaires.publish(work_by(db, cast.ruth, clock()), changed)
        check_in = await due_check_in(db, cast.rosa, "walk", clock())
    due, sent = check_in.id, [check_in.id]
    for act in acts:
        if act[0] == "week":
            clock.move(days=7)
            async with database.writing() as db:
                await closing.close_ended(db, clock())
                due = (await due_check_in(db, cast.rosa, "walk", clock())).id
            sent.append(due)
        elif act[0] == "says":
            _, whose, who, (link_id, code), level = act
            fields = {"answer": f"{code}{level}", "who": who}
            await phones[whose].submit(f"/check-ins/{due}/q/{link_id}", fields)
        else:
            place = {"send": "send", "same": "same", "undo": "withdraw"}[act[0]]
            await phones[act[1]].submit(f"/check-ins/{due}/{place}", {"who": act[2], "say": "same"})
        await _luis_sees_none_of_it(phones["luis"], sent[-2:])


async def _luis_sees_none_of_it(luis: Browser, check_ins: list[str]) -> None:
    for path in ["/", "/answers", "/held", *(f"/check-ins/{one}{end}" for one in check_ins for end in PLACES)]:
        page = (await luis.get(path)).text
        assert SECRET not in page, path
        assert "zz" not in page.replace("\\u", ""), path
    for link_id in ("spirits", "why"):
        page = (await luis.get(f"/check-ins/{check_ins[-1]}/q/{link_id}?who=hands&chosen=yes")).text
        assert 'class="said"' not in page


PLACES = [
    "",
    "/sent",
    "/urgency",
    *(f"/{page}?who={who}" for page in ("check", "same", "different", "next", "q/why") for who in ("hands", "self")),
]
