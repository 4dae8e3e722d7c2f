"""On the patient's own phone, private things show only in the patient's own hands (cases 76 and 123)."""

import pytest

from server.actor import ActorKind
from server.checkins import rules
from server.checkins.models import CheckIn
from server.db import Database
from server.flags import lists
from server.flags.models import Flag
from server.questionnaires.respondents import Respondent
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.stories import answered, due_check_in, rows

SHOW = "Show what is only for me"
REST = ("nausea", "dizziness", "headache", "unreal", "sleep")
SECRETS = ("Thoughts of self-harm", "Mood", "will contact you", "No action yet", "Change how urgent it is")


@pytest.fixture
async def check_in(database: Database, cast: Cast) -> CheckIn:
    """The second check-in of its kind, so that there are charts to show."""
    async with database.writing() as db:
        before = await due_check_in(db, cast.rosa, "day-after", NOW.replace(day=NOW.day - 7))
        given = {link_id: "none" for link_id in (*REST, "mood")} | {"pain": 1}
        await answered(db, cast.rosa, before, given, NOW.replace(day=NOW.day - 7))
        return await due_check_in(db, cast.rosa, "day-after")


async def says(phone: Browser, check_in: CheckIn, link_id: str, answer: str, who: str) -> None:
    await phone.submit(f"/check-ins/{check_in.id}/q/{link_id}", {"answer": answer, "who": who})


async def answers_with(phone: Browser, check_in: CheckIn, who: str) -> None:
    """Rosa answers about her mood, and then hands the phone over or keeps it."""
    await says(phone, check_in, "mood", "very-hard", "self")
    await says(phone, check_in, "self-harm", "yes", "self")
    for link_id in REST:
        await says(phone, check_in, link_id, "none", who)
    await says(phone, check_in, "pain", "1", who)


async def taken(database: Database, cast: Cast, check_in: CheckIn) -> None:
    async with database.writing() as db:
        for flag in await lists.of_check_in(db, check_in.id):
            flag.owner_id = cast.maria.id


@pytest.mark.parametrize("who", ["hands", "helper"])
async def test_case_123_nothing_private_shows_while_a_caregiver_holds_the_patients_phone(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, who: str
) -> None:
    rosa = await signed_in(cast.rosa)
    await answers_with(rosa, check_in, who)
    await taken(database, cast, check_in)
    assert "Mood" not in words(await rosa.get("/answers"))  # also before Send
    sent = await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": who})
    assert sent.url.path == f"/check-ins/{check_in.id}/sent"
    pages = [sent, *[await rosa.get(path) for path in ("/", "/answers", f"/check-ins/{check_in.id}/sent")]]
    for page in pages:
        for secret in SECRETS:
            assert secret not in words(page), (page.url, secret)
    assert SHOW in words(sent)


async def test_case_123_the_patient_sees_private_things_again_in_her_own_hands(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await answers_with(rosa, check_in, "hands")
    await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": "hands"})
    await taken(database, cast, check_in)
    shown = words(await rosa.get(f"/check-ins/{check_in.id}/sent?who=self"))
    assert "Thoughts of self-harm Maria Alvarez will contact you" in shown
    assert SHOW not in shown
    assert "Mood" in words(await rosa.get("/answers?who=self"))


async def test_a_patient_who_answers_alone_needs_no_extra_press(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await answers_with(rosa, check_in, "self")
    await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": "self"})
    await taken(database, cast, check_in)
    sent, answers = words(await rosa.get(f"/check-ins/{check_in.id}/sent")), words(await rosa.get("/answers"))
    assert "Thoughts of self-harm Maria Alvarez will contact you" in sent
    assert "Mood" in answers
    assert SHOW not in sent + answers


async def test_case_123_what_the_patient_sent_alone_does_not_show_to_a_caregiver_later(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await answers_with(rosa, check_in, "self")
    await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": "self"})
    await taken(database, cast, check_in)
    async with database.writing() as db:
        other = await due_check_in(db, cast.rosa)
    await says(rosa, other, "breathing", "none", "hands")
    assert "self-harm" not in words(await rosa.get(f"/check-ins/{check_in.id}/sent"))


async def test_case_123_a_caregivers_phone_does_not_offer_to_show_private_things(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    await answers_with(rosa, check_in, "self")
    await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": "self"})
    await taken(database, cast, check_in)
    for path in (f"/check-ins/{check_in.id}/sent?who=self", "/answers?who=self"):
        page = words(await luis.get(path))
        assert "self-harm" not in page
        assert "Mood" not in page
        assert SHOW not in page
    assert {flag.item for flag in await rows(database, Flag)} >= {"self-harm"}


async def test_case_123_a_caregiver_cannot_download_the_patients_data(
    signed_in: Enter, cast: Cast, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    assert "/my-data.html" in (await rosa.get("/my-data")).text
    await answers_with(rosa, check_in, "hands")
    await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": "hands"})
    for path in ("/my-data", "/my-data.html", "/my-data.json"):
        page = await rosa.get(path)
        assert (page.url.path, SHOW in page.text, "/my-data.html" in page.text) == ("/my-data", True, False)
    assert "/my-data.json?who=self" in (await rosa.get("/my-data?who=self")).text
    assert "very-hard" in (await rosa.get("/my-data.json?who=self")).text


async def test_case_123_a_caregiver_who_opens_the_page_of_urgency_is_not_asked(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    """Only the mood is urgent, and the patient sent it a moment ago."""
    rosa = await signed_in(cast.rosa)
    await answers_with(rosa, check_in, "self")
    await rosa.submit(f"/check-ins/{check_in.id}/send", {"who": "self"})
    assert (await rosa.get(f"/check-ins/{check_in.id}")).url.path.endswith("/urgency")
    async with database.writing() as db:
        other = await due_check_in(db, cast.rosa)
    await says(rosa, other, "breathing", "none", "hands")
    assert (await rosa.get(f"/check-ins/{check_in.id}")).url.path.endswith("/sent")


@pytest.mark.parametrize("kind", [ActorKind.PATIENT, ActorKind.CAREGIVER, ActorKind.STAFF])
@pytest.mark.parametrize("last_respondent", tuple(Respondent))
@pytest.mark.parametrize("chose", [True, False])
def test_case_123_who_may_see_private_things(kind: ActorKind, last_respondent: Respondent, chose: bool) -> None:
    expected = kind == "patient" and (last_respondent == "self" or chose)
    assert rules.may_see_private(kind, last_respondent, chose) is expected
