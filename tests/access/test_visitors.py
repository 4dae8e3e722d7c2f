"""A staff session never counts as a patient's, nor the other way round."""

from server.web.cookies import PERSON_COOKIE, STAFF_COOKIE
from tests.cast import Cast
from tests.conftest import Enter


async def test_a_staff_session_is_not_a_patient_session_nor_the_other_way_round(signed_in: Enter, cast: Cast) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    as_staff = f"{STAFF_COOKIE}={rosa.http.cookies[PERSON_COOKIE]}"
    as_person = f"{PERSON_COOKIE}={maria.http.cookies[STAFF_COOKIE]}"
    assert (await rosa.get("/staff", cookie=as_staff)).url.path == "/staff/sign-in"
    assert (await maria.get("/settings", cookie=as_person)).url.path == "/join"
