"""An admin says how reminders reach: which channel, how long it is waited for, then which."""

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict

from server import render
from server.forms import form_of, text, whole
from server.people import flow as people
from server.people.guards import ADMIN, Ask, Db, Now, Who
from server.people.models import Clinic
from server.reminders import policy
from server.reminders.policy import BadPolicy, Policy


@get("/staff/clinic/reach", opt=ADMIN)
async def reach_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    clinic = await people.clinic_of(db, actor)
    return _page(request, policy.of(clinic), clinic.silent_days, None, False)


@post("/staff/clinic/reach", opt=ADMIN)
async def change_reach(request: Ask, db: Db, actor: Who, now: Now) -> Response[str]:
    form = await form_of(request)
    typed, days = {kind: _steps(form, kind) for kind in policy.KINDS}, whole(form, "silent_days") or 0
    clinic: Clinic = await people.clinic_of(db, actor)
    try:
        await policy.change(db, actor, clinic, typed, days, now)
    except BadPolicy as bad:
        return _page(request, typed, days, str(bad), False)
    return _page(request, policy.of(clinic), clinic.silent_days, None, True)


def _steps(form: FormMultiDict, kind: str) -> list[tuple[str, int]]:
    """The rows that name a channel; a row without one is left out."""
    rows = [(text(form, f"{kind}-{n}", 10), whole(form, f"{kind}-{n}-minutes")) for n in range(policy.MOST_STEPS)]
    return [(channel, minutes or 0) for channel, minutes in rows if channel]


def _page(request: Ask, steps: Policy, days: int, fault: str | None, saved: bool) -> Response[str]:
    return render.page(
        request,
        "reminders/reach.html",
        422 if fault else 200,
        steps=steps,
        silent_days=days,
        fault=fault,
        saved=saved,
        kinds=policy.KINDS,
        channels=policy.CHANNELS,
        most=policy.MOST_STEPS,
    )


ROUTES = [reach_page, change_reach]
