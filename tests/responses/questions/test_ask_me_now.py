"""Case 123: while someone else holds the phone, mood waits for the patient's own, or is asked by *Ask me this now*."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.flags.rules import Condition
from server.flags.triggers import versions as trigger_versions
from server.flags.triggers.versions import Rule
from server.questionnaires import flow as questionnaires
from server.responses import history
from server.responses.models import ConflictingVersion, Draft, Response
from server.responses.submission import closing
from tests.browser_without_screen import Browser, words
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import STEADY, due_check_in, entry, rows, sealed

PUBLIC = {link_id: value for link_id, value in STEADY.items() if link_id != "mood"}
ASK = "Ask me this now"


@pytest.fixture
async def check_in(database: Database, cast: Cast) -> CheckIn:
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa)


@pytest.fixture
async def day_after(database: Database, cast: Cast) -> CheckIn:
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa, "day-after")


async def says(phone: Browser, check_in: CheckIn, link_id: str, answer: str, who: str = "hands") -> Any:
    return await phone.submit(f"/check-ins/{check_in.id}/q/{link_id}", {"answer": answer, "who": who})


async def says_all(phone: Browser, check_in: CheckIn, who: str = "hands") -> Any:
    for link_id, value in PUBLIC.items():
        page = await says(phone, check_in, link_id, "no" if value is False else str(value), who)
    return page


async def sends(phone: Browser, check_in: CheckIn, who: str = "hands") -> Any:
    return await phone.submit(f"/check-ins/{check_in.id}/send", {"who": who})


async def state(database: Database, check_in: CheckIn) -> str:
    [found] = await rows(database, CheckIn, CheckIn.id == check_in.id)
    return found.state


async def test_case_123_mood_is_not_asked_by_itself_and_not_skipped(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    async with database.writing() as db:
        await trigger_versions.write(
            work_by(db, cast.ken), Rule("weekly-als", "mood", Condition.MISSING, times=1), None
        )
    luis = await signed_in(cast.luis)
    check = await says_all(luis, check_in)
    assert check.url.path == f"/check-ins/{check_in.id}/check"
    assert "This is for Rosa Delgado alone. It will wait for Rosa Delgado's phone. Mood Not answered" in words(check)
    assert ASK in words(check)
    await sends(luis, check_in)
    [response] = await rows(database, Response)
    assert (history.answers_of(response), response.status) == (PUBLIC, "in-progress")
    assert await rows(database, Flag) == []


async def test_case_123_what_waits_is_all_that_the_patients_own_phone_asks(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await says_all(luis, check_in)
    await sends(luis, check_in)
    assert "Your check-in is ready" not in words(await luis.get("/"))
    assert (await luis.get(f"/check-ins/{check_in.id}")).url.path == f"/check-ins/{check_in.id}/sent"
    assert (await luis.get("/held")).json()["due"] == 0
    assert "Your check-in is ready" in words(await rosa.get("/"))
    assert "Who is answering?" in words(await rosa.get(f"/check-ins/{check_in.id}"))
    mood = await rosa.submit(f"/check-ins/{check_in.id}/who", {"who": "self"})
    assert "9 of 9 How has your mood been?" in words(mood)
    await says(rosa, check_in, "mood", "little", "self")
    await sends(rosa, check_in, "self")
    [response] = await rows(database, Response)
    assert history.answers_of(response) == PUBLIC | {"mood": "little"}
    assert (response.status, response.respondent) == ("completed", "self")
    assert (await state(database, check_in), await rows(database, Draft)) == ("done", [])
    assert "All done for now" in words(await rosa.get("/"))


async def test_case_123_what_the_patient_then_answers_otherwise_is_kept_beside(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await says_all(luis, check_in)
    await sends(luis, check_in)
    await says(rosa, check_in, "pain", "4", "self")
    await sends(rosa, check_in, "self")
    [response], [beside] = await rows(database, Response), await rows(database, ConflictingVersion)
    assert history.answers_of(response)["pain"] == 4
    assert (json.loads(beside.answers), beside.respondent) == ({"pain": 1}, "hands")
    assert await state(database, check_in) == "done"


@pytest.mark.parametrize("began", [False, True])
async def test_case_123_a_window_that_ends_takes_what_came(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, began: bool
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await says_all(luis, check_in)
    await sends(luis, check_in)
    if began:
        await says(rosa, check_in, "mood", "hard", "self")
    for _ in range(2):
        async with database.writing() as db:
            assert await closing.close_ended(db, check_in.closes_at) == (0 if _ else 1)
    [response] = await rows(database, Response)
    assert history.answers_of(response) == PUBLIC | ({"mood": "hard"} if began else {})
    assert (await state(database, check_in), await rows(database, Draft)) == ("partial", [])


async def test_case_123_asked_now_it_is_asked_afresh_and_never_shown_back(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await says(rosa, check_in, "mood", "very-hard", "self")
    check = await says_all(luis, check_in)
    assert "Mood Answered" in words(check)
    asked = await luis.get(f"/check-ins/{check_in.id}/q/mood?who=hands&chosen=yes")
    assert "Only you answer this one How has your mood been?" in words(asked)
    assert "said" not in asked.text.partition("<main")[2].partition("<template")[0].replace("data-said", "")
    check = await says(luis, check_in, "mood", "some")
    assert "Mood Answered" in words(check)
    assert "some" not in check.text.partition("data-outbox")[2].partition("data-check-in")[0]
    assert "So-so" not in check.text
    await sends(luis, check_in)
    [response] = await rows(database, Response)
    assert (history.answers_of(response), response.status) == (PUBLIC | {"mood": "some"}, "completed")
    assert await state(database, check_in) == "done"


async def test_case_123_a_skip_in_other_hands_leaves_the_patients_answer_and_the_question(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    skip = {"skip": "1", "who": "hands"}
    await luis.submit(f"/check-ins/{check_in.id}/q/mood", skip)
    assert await rows(database, Draft) == []
    await says(rosa, check_in, "mood", "little", "self")
    await luis.submit(f"/check-ins/{check_in.id}/q/mood", skip)
    assert [draft.value for draft in await rows(database, Draft)] == ['"little"']


@pytest.mark.parametrize("place", ["answers", "responses"])
async def test_case_123_a_skip_that_a_phone_had_sealed_leaves_it_too(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, place: str
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await says(rosa, check_in, "mood", "little", "self")
    client_id = check_in.client_id if place == "responses" else "a" * 32
    body = sealed(client_id, entry({"pain": 1, "mood": None}, "hands"))
    assert (await luis.post_json(f"/check-ins/{check_in.id}/{place}", body)).status_code == 200
    kept = [history.answers_of(response) for response in await rows(database, Response)]
    drafts = {draft.link_id: json.loads(draft.value) for draft in await rows(database, Draft)}
    assert [drafts, *kept][-1] == {"mood": "little", "pain": 1}


async def test_case_123_the_crisis_page_comes_at_once_and_never_again(
    signed_in: Enter, cast: Cast, database: Database, day_after: CheckIn
) -> None:
    """Very low, then thoughts of self-harm: shown to whoever holds the phone, at that moment only."""
    luis = await signed_in(cast.luis)
    follow_up = await says(luis, day_after, "mood", "very-hard")
    assert follow_up.url.path.endswith("/q/self-harm")
    assert "data-red" in follow_up.text
    crisis = await says(luis, day_after, "self-harm", "yes")
    assert "You are not alone." in words(crisis)
    assert {flag.item for flag in await rows(database, Flag)} >= {"self-harm"}
    for link_id in ("nausea", "dizziness", "headache", "unreal", "sleep"):
        await says(luis, day_after, link_id, "none")
    check = await says(luis, day_after, "pain", "1")
    assert "Mood Answered" in words(check)
    sent = await sends(luis, day_after)
    assert sent.url.path == f"/check-ins/{day_after.id}/sent"  # not how urgent it is
    for path in ("/", "/answers", "/held", f"/check-ins/{day_after.id}", f"/check-ins/{day_after.id}/sent"):
        page = (await luis.get(path)).text.lower()
        assert "not alone" not in page, path
        assert "mood" not in page, path
        assert "no action yet" not in page, path
    [response] = await rows(database, Response)
    assert history.answers_of(response)["self-harm"] is True
    assert response.status == "completed"


async def test_case_123_someone_taps_on_the_patients_own_phone(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await says(rosa, check_in, "mood", "very-hard", "self")
    check = await says_all(rosa, check_in)
    assert "This is for you alone. It will wait until you hold the phone. Mood Answered" in words(check)
    assert "Very low" not in check.text
    assert "very-hard" not in check.text
    back = await rosa.get(f"/check-ins/{check_in.id}/check?who=self")
    assert "Very low" in words(back)


async def test_the_patients_own_hands_need_no_extra_step(signed_in: Enter, cast: Cast, check_in: CheckIn) -> None:
    rosa = await signed_in(cast.rosa)
    asked = await says_all(rosa, check_in, "self")
    assert "9 of 9 How has your mood been?" in words(asked)
    check = await says(rosa, check_in, "mood", "some", "self")
    assert ASK not in words(check)
    assert "So-so" in words(check)


async def test_case_123_a_phone_that_sends_without_mood_gets_the_same_receipt_again(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """Its answer to *Ask me this now* went ahead by itself; the sealed check-in does not hold it."""
    luis = await signed_in(cast.luis)
    await luis.post_json(f"/check-ins/{check_in.id}/answers", sealed("a" * 32, entry({"mood": "little"}, "hands")))
    body = sealed(check_in.client_id, entry(PUBLIC, "hands"))
    first = (await luis.post_json(f"/check-ins/{check_in.id}/responses", body)).json()
    again = (await luis.post_json(f"/check-ins/{check_in.id}/responses", body)).json()
    assert (again["response"], again["again"]) == (first["response"], True)
    [response] = await rows(database, Response)
    assert history.answers_of(response) == PUBLIC | {"mood": "little"}
    assert await rows(database, ConflictingVersion) == []


# --- any order, on any devices

SECRET = "Zinnia"  # in each label of the private answers; their codes begin with "zz"
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
    _choice("why", "zy", f"{SECRET} because", **LOW),  # nobody marked it, but it tells of a low mood
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(ACTS, min_size=3, max_size=10))
async def test_case_123_in_whatever_order_it_was_answered_no_caregivers_page_has_it(
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
