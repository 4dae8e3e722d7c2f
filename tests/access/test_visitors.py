"""A staff session never counts as a patient's, nor the other way round."""

from litestar import Litestar
from litestar.testing import RequestFactory

from server.access import visitors
from server.web.cookies import OTHERS_COOKIE, PERSON_COOKIE, STAFF_COOKIE
from tests.cast import Cast
from tests.conftest import Enter


async def test_a_staff_session_is_not_a_patient_session_nor_the_other_way_round(signed_in: Enter, cast: Cast) -> None:
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    as_staff = f"{STAFF_COOKIE}={rosa.http.cookies[PERSON_COOKIE]}"
    as_person = f"{PERSON_COOKIE}={maria.http.cookies[STAFF_COOKIE]}"
    assert (await rosa.get("/staff", cookie=as_staff)).url.path == "/staff/sign-in"
    assert (await maria.get("/settings", cookie=as_person)).url.path == "/join"


def test_a_session_that_was_not_prolonged_sends_no_cookie(app: Litestar) -> None:
    request = RequestFactory(app=app).get("/", headers={"cookie": f"{PERSON_COOKIE}=token"})
    assert visitors.prolonged_cookies(request.scope) == []
    request.scope.setdefault("state", {})[visitors.PROLONGED] = True
    [cookie] = visitors.prolonged_cookies(request.scope)
    assert (cookie.key, cookie.value) == (PERSON_COOKIE, "token")


def test_case_97_the_sessions_of_other_patients_keep_their_cookie_as_long(app: Litestar) -> None:
    cookies = f"{PERSON_COOKIE}=active; {OTHERS_COOKIE}=one.two"
    request = RequestFactory(app=app).get("/", headers={"cookie": cookies})
    request.scope.setdefault("state", {})[visitors.PROLONGED] = True
    person, others = visitors.prolonged_cookies(request.scope)
    assert (others.key, others.value, others.max_age) == (OTHERS_COOKIE, "one.two", person.max_age)
    assert (others.httponly, others.secure, others.samesite) == (person.httponly, person.secure, person.samesite)
