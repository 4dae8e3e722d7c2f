"""An admin edits the channel policy: which channels, in which order, how long each is waited for."""

from litestar import Response, Router, get, post
from litestar.datastructures import FormMultiDict

from server import language
from server.channels.protocol import ChannelName
from server.people import flow as people
from server.people.models import Clinic
from server.phone_numbers import countries as number_countries
from server.reminders.channel_policies import flow as channel_policy
from server.reminders.channel_policies.validation import (
    CHANNELS,
    KINDS,
    MOST_STEPS,
    BadPolicy,
    PolicyChange,
    is_wait,
)
from server.reminders.states import ReminderKind
from server.web import render
from server.web.dependencies import ADMIN, Ask, Db, InWork, Who
from server.web.form_fields import form_of, one_of, text, texts, whole


@get(["/channels", "/reach"], opt=ADMIN)
async def channel_policy_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    clinic = await people.clinic_of(db, actor)
    shown = PolicyChange(channel_policy.of(clinic), clinic.silent_days, tuple(channel_policy.text_countries(clinic)))
    return _page(request, shown)


@post(["/channels", "/reach"], opt=ADMIN)
async def change_channel_policy(request: Ask, work: InWork) -> Response[str]:
    form = await form_of(request)
    countries = tuple(dict.fromkeys(code for code in texts(form, "text_country") if code))
    steps = {kind: _steps(form, kind) for kind in KINDS}
    typed = PolicyChange(steps, whole(form, "silent_days") or 0, countries)
    clinic: Clinic = await people.clinic_of(work.db, work.actor)
    try:
        await channel_policy.change(work, clinic, typed)
    except BadPolicy as bad:
        return _page(request, typed, bad)
    saved = PolicyChange(channel_policy.of(clinic), clinic.silent_days, tuple(channel_policy.text_countries(clinic)))
    return _page(request, saved, saved=True)


def _steps(form: FormMultiDict, kind: ReminderKind) -> list[tuple[ChannelName, int]]:
    """The form's rows as (channel, minutes), without rows that name no channel. None at all if one is unknown."""
    numbers = [n for n in range(MOST_STEPS) if text(form, f"{kind}-{n}")]
    rows = [(one_of(form, f"{kind}-{n}", ChannelName), whole(form, f"{kind}-{n}-minutes")) for n in numbers]
    given = [(channel, minutes or 0) for channel, minutes in rows if channel]
    return given if len(given) == len(rows) else []


def _page(request: Ask, shown: PolicyChange, bad: BadPolicy | None = None, saved: bool = False) -> Response[str]:
    return render.page(
        request,
        "reminders/channel_policy.html",
        422 if bad else 200,
        _wrong_fields(bad, shown) if bad else (),
        steps=shown.steps,
        silent_days=shown.silent_days,
        text_countries=shown.text_countries,
        countries=number_countries.countries(language.current()),
        fault=bad.why if bad else None,
        saved=saved,
        kinds=KINDS,
        channels=CHANNELS,
        most=MOST_STEPS,
    )


def _wrong_fields(bad: BadPolicy, shown: PolicyChange) -> list[str]:
    if bad.kind is None:
        return ["silent_days"]
    steps = shown.steps[bad.kind]
    channels = [channel for channel, _minutes in steps]
    if bad.why == "wait":
        return [f"{bad.kind}-{n}-minutes" for n, step in enumerate(steps) if not is_wait(step[1])]
    if bad.why == "twice":
        return [f"{bad.kind}-{n}" for n, channel in enumerate(channels) if channel in channels[:n]]
    return [f"{bad.kind}-0"]


router = Router("/staff/clinic", route_handlers=[channel_policy_page, change_channel_policy])
