"""What ends, removes or cancels something for good asks first; everything else can be taken back (case 98)."""

import re

import pytest

from server.access.models import Device, Passkey
from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.appointments.models import Appointment
from server.db import Database
from server.people.models import Caregiver
from tests.browser_without_screen import words
from tests.cast import NOW, Cast, work_by
from tests.conftest import Enter
from tests.phone.visits import STARTS
from tests.routes import ROUTES
from tests.stories import device_of, rows

POSTS = {min(route.paths) for route in ROUTES if {"POST", "DELETE"} & set(route.http_methods)}
GETS = {path for route in ROUTES if "GET" in route.http_methods for path in route.paths}
ENDING = re.compile(
    r"\b(end|leave|sign-out|close|withdraw|care|stop|mark|remove|delete|cancel|pause|handled|subscriptions)\b"
)

# The same address, opened, asks.
ASKED = {
    "/settings/devices/{device_id:str}/end",
    "/settings/helpers/{caregiver_id:str}/end",
    "/settings/leave",
    "/settings/passkeys/{passkey_id:str}/end",
    "/sign-out",
    "/staff/devices/{device_id:str}/end",
    "/staff/patients/{patient_id:str}/care",
    "/staff/patients/{patient_id:str}/plans/{plan_id:str}/end",
    "/staff/triggers/{trigger_id:str}/end",
    "/stop-email/{token:str}",
}
# The form that was sent comes back with the question (case 118).
ASKED_BY_THE_FORM = {"/staff/visits/{appointment_id:str}/mark"}
# What takes it back, and where.
TAKEN_BACK = {
    "/check-ins/{check_in_id:str}/withdraw": "sends again; the answer stays on record",
    "/check-ins/{check_in_id:str}/send": "Undo, for ten minutes; later ones correct it",
    "/push/subscriptions": "Turn on reminders",
    "/staff/push/subscriptions": "Turn on alerts",
    "/settings/pause": "Start again, on the same page",
    "/staff/patients/{patient_id:str}/pause": "Resume",
    "/staff/patients/{patient_id:str}/care/reverse": "end of care, once more",
    "/staff/patients/{patient_id:str}/care/restore": "cancels the visit",
    "/staff/flags/{flag_id:str}/close": "Undo reopens it",
    "/staff/patients/{patient_id:str}/expected/{slug:str}/{item:str}/end": "expect it again",
    "/staff/sign-out": "sign in with the password",
    "/staff/texts/{reply_id:str}/handled": "the text stays on the patient's page",
    "/staff/visits/{appointment_id:str}/handled": "the reply stays on the visit's page",
}


def test_every_act_that_ends_something_is_listed() -> None:
    """A new act whose address names an end has to say how it asks, or what takes it back."""
    ending = {path for path in POSTS if ENDING.search(re.sub(r"{.*?}", "", path))}
    assert ending - ASKED - ASKED_BY_THE_FORM - set(TAKEN_BACK) == set()
    assert (ASKED | ASKED_BY_THE_FORM | set(TAKEN_BACK)) - POSTS == set()


@pytest.mark.parametrize("path", sorted(ASKED))
def test_case_98_what_asks_has_a_page_at_its_address(path: str) -> None:
    assert path in GETS


async def test_case_98_a_helpers_access_ends_only_after_a_question(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa = await signed_in(cast.rosa)
    path = f"/settings/helpers/{cast.luis.id}/end"
    assert f'href="{path}"' in (await rosa.get("/settings/phones")).text
    assert "End Luis Delgado's access?" in words(await rosa.get(path))
    assert [caregiver.ended_at for caregiver in await rows(database, Caregiver)] == [None]
    await rosa.submit(path)
    [luis] = await rows(database, Caregiver)
    assert luis.ended_at is not None
    assert (await rosa.get(path)).status_code == 404


async def test_case_98_a_phone_and_a_passkey_end_only_after_a_question(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa = await signed_in(cast.rosa)
    async with database.writing() as db:
        other = await device_of(db, cast.rosa)
        passkey = Passkey(
            clinic_id=cast.harbor.id,
            patient_id=cast.rosa.id,
            device_id=other.id,
            name="iPhone",
            credential_hash="a",
            public_key=b"a",
            sign_count=0,
            made_at=NOW,
        )
        db.add(passkey)
    phone, key = f"/settings/devices/{other.id}/end", f"/settings/passkeys/{passkey.id}/end"
    for path, asked in ((phone, "Sign out iPhone?"), (key, "Remove iPhone?")):
        assert f'href="{path}"' in (await rosa.get("/settings/phones")).text
        assert asked in words(await rosa.get(path))
        assert "You can't undo this." in words(await rosa.get(path))
    assert all(device.ended_at is None for device in await rows(database, Device))
    assert [one.ended_at for one in await rows(database, Passkey)] == [None]


async def test_case_98_a_visit_is_cancelled_only_after_a_question(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria = await signed_in(cast.maria)
    async with database.writing() as db:
        visit = await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(STARTS))
    path = f"/staff/visits/{visit.id}/mark"
    for anyway in ({}, {"anyway": "noshow"}):
        asked = await maria.submit(path, {"status": "cancelled"} | anyway)
        assert asked.status_code == 422
        assert "Cancel the visit of Tue, Dec 1, 10:00 AM?" in words(asked)
    assert [one.status for one in await rows(database, Appointment)] == ["booked"]
    await maria.submit(path, {"status": "cancelled", "anyway": "cancelled"})
    assert [one.status for one in await rows(database, Appointment)] == ["cancelled"]
