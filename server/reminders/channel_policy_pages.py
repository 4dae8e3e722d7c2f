"""An admin edits the channel policy: which channels, in which order, and how long we wait for each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from litestar import Response, Router, get, post
from litestar.datastructures import FormMultiDict

from server import language
from server.audit import AuditVerb
from server.channels.protocol import ChannelName
from server.people import clinics, staff
from server.people import flow as people
from server.people.models import Clinic
from server.people.staff import LatestChange
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
from server.web import edits, render
from server.web.dependencies import ADMIN, Ask, Db, InWork, Who
from server.web.form_fields import form_of, one_of, text, texts, whole

CHANGES: tuple[AuditVerb, ...] = ("clinic.channel-policy",)  # the acts that change what the form shows


@dataclass(frozen=True)
class Saving:
    """The result of saving. `changed`: fields that somebody has changed since the page was opened; `latest`: who."""

    bad: BadPolicy | None = None
    changed: Mapping[str, str] = field(default_factory=dict)
    latest: LatestChange | None = None
    is_saved: bool = False

    @property
    def status(self) -> int:
        return 409 if self.changed else 422 if self.bad else 200


@get(["/channels", "/reach"], opt=ADMIN)
async def channel_policy_page(request: Ask, db: Db, actor: Who) -> Response[str]:
    stored = _stored(await people.clinic_of(db, actor))
    return _page(request, stored, stored, Saving())


@post(["/channels", "/reach"], opt=ADMIN)
async def change_channel_policy(request: Ask, work: InWork) -> Response[str]:
    clinic = await clinics.locked(work)
    stored = _stored(clinic)
    merged = edits.merge(await form_of(request), _shown(stored))
    countries = tuple(dict.fromkeys(" ".join(texts(merged.form, "text_country")).split()))
    steps = {kind: _steps(merged.form, kind) for kind in KINDS}
    typed = PolicyChange(steps, whole(merged.form, "silent_days") or 0, countries)
    if merged.changed:
        latest = await staff.latest_change(work.db, work.actor, CHANGES, clinic.id)
        return _page(request, typed, stored, Saving(changed=merged.changed, latest=latest))
    try:
        await channel_policy.change(work, clinic, typed)
    except BadPolicy as bad:
        return _page(request, typed, stored, Saving(bad))
    return _page(request, _stored(clinic), _stored(clinic), Saving(is_saved=True))


def _stored(clinic: Clinic) -> PolicyChange:
    return PolicyChange(channel_policy.of(clinic), clinic.silent_days, tuple(channel_policy.text_countries(clinic)))


def _shown(policy: PolicyChange) -> dict[str, str]:
    """The form's fields as the page shows them."""
    rows = {
        f"{kind}-{n}": steps[n] if n < len(steps) else ("", "")
        for kind, steps in policy.steps.items()
        for n in range(MOST_STEPS)
    }
    return (
        {name: str(channel) for name, (channel, _minutes) in rows.items()}
        | {f"{name}-minutes": str(minutes) for name, (_channel, minutes) in rows.items()}
        | {"silent_days": str(policy.silent_days), "text_country": " ".join(policy.text_countries)}
    )


def _steps(form: FormMultiDict, kind: ReminderKind) -> list[tuple[ChannelName, int]]:
    """The form's rows as (channel, minutes), without rows that name no channel. None at all if one is unknown."""
    numbers = [n for n in range(MOST_STEPS) if text(form, f"{kind}-{n}")]
    rows = [(one_of(form, f"{kind}-{n}", ChannelName), whole(form, f"{kind}-{n}-minutes")) for n in numbers]
    given = [(channel, minutes or 0) for channel, minutes in rows if channel]
    return given if len(given) == len(rows) else []


def _page(request: Ask, shown: PolicyChange, stored: PolicyChange, saving: Saving) -> Response[str]:
    bad = saving.bad
    return render.page(
        request,
        "reminders/channel_policy.html",
        saving.status,
        _wrong_fields(bad, shown) if bad else (),
        steps=shown.steps,
        silent_days=shown.silent_days,
        text_countries=shown.text_countries,
        countries=number_countries.countries(language.current()),
        fault=bad.why if bad else None,
        saved=saving.is_saved,
        seen=edits.marks(_shown(stored)),
        changed=saving.changed,
        latest=saving.latest,
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
