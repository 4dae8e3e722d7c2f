"""Test the reminders on this device, and find out why a test did not arrive."""

from typing import Any

from litestar import Response, Router, get, post

from server.access.models import Device
from server.devices import subscriptions
from server.people import flow as people
from server.reminders import flow, notices, rules, status
from server.reminders.states import ReminderKind
from server.web import render
from server.web.dependencies import PERSON, Ask, Db, InWork, Who
from server.web.form_fields import form_of, is_yes


@post("/test", opt=PERSON)
async def send_test(request: Ask, work: InWork) -> Response[Any]:
    """Send a real push to this device only. A second press waits for the first, and finds its reminder."""
    await work.db.get_one(Device, work.actor.device_id, with_for_update={"key_share": True})
    notice = notices.Notice(
        ReminderKind.TEST,
        work.actor.patient_id,
        work.actor.device_id,
        "/reminders/test",
        work.now + rules.TEST_LIFE,
        device_id=work.actor.device_id,
    )
    reminder = await notices.remind_once(work, notice)
    return render.go(request, f"/reminders/test?sent={reminder.id}")


@get("/test", opt=PERSON)
async def test_page(request: Ask) -> Response[str]:
    return render.page(request, "devices/test.html")


@post("/test/answer", opt=PERSON)
async def answer_test(request: Ask) -> Response[Any]:
    got_it = is_yes(await form_of(request), "got")
    return render.go(request, "/" if got_it else "/reminders/help")


@get("/help", opt=PERSON)
async def help_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    """Explain why a test did not arrive, from the server's data and from a check on the device."""
    clinic = await people.clinic_of(db, actor)
    tests = await status.with_attempts(db, (await flow.of_subject(db, actor.device_id))[-1:])
    return render.page(
        request,
        "devices/help.html",
        clinic=clinic,
        on=await subscriptions.is_subscribed(db, actor.device_id),
        last=tests[0].state if tests else None,
    )


router = Router("/reminders", route_handlers=[send_test, test_page, answer_test, help_page])
