"""A staff session never counts as a patient's, nor the other way round."""

from litestar import Litestar
from litestar.testing import RequestFactory

from server.access import visitors
from server.web.cookies import PERSON_COOKIE, STAFF_COOKIE
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
    assert visitors.prolonged_cookie(request.scope) is None
    request.scope.setdefault("state", {})[visitors.PROLONGED] = True
    cookie = visitors.prolonged_cookie(request.scope)
    assert cookie is not None
    assert (cookie.key, cookie.value) == (PERSON_COOKIE, "token")
