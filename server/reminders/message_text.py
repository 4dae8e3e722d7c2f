"""Texts of notifications, texts and emails: private unless the patient asked for details; the Web Push payload."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, assert_never

from server import language
from server.language import gettext as _
from server.reminders.states import ReminderKind, Reply, StaffTask
from server.typed.direction import isolated


@dataclass(frozen=True)
class Words:
    title: str
    body: str
    actions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class AppointmentDetail:
    """The details of a visit in its reminder. `starts` is wall time.

    Rows keep it as JSON. It becomes words only when the message is sent: the language may have changed by then.
    """

    starts: datetime
    place: str
    cancelled: bool

    def to_json(self) -> str:
        return json.dumps({"starts": self.starts.isoformat(), "place": self.place, "called_off": self.cancelled})

    @classmethod
    def from_json(cls, text: str) -> "AppointmentDetail":
        found = json.loads(text)
        return cls(datetime.fromisoformat(found["starts"]), found["place"], found["called_off"])

    def words(self, today: date | None = None, place: str = "") -> str:
        when = f"{language.day(self.starts, today)}, {language.hour(self.starts)}"
        if place:
            when += ", " + _("time in %(place)s") % {"place": place}
        when = when.rstrip(".") + "."
        when = when[0].upper() + when[1:]
        return _("%(when)s Cancelled.") % {"when": when} if self.cancelled else f"{when} {self.place}".strip()


def _detail(kept: str, today: date | None, place: str) -> str:
    """The details in words. Rows written before details became JSON hold plain text; return it unchanged."""
    return AppointmentDetail.from_json(kept).words(today, place) if kept.startswith("{") else kept


def words_for(
    kind: ReminderKind,
    detail: str | None,
    also: Sequence[ReminderKind] = (),
    about: str | None = None,
    today: date | None = None,
    place: str = "",
) -> Words:
    """The text in the current language. `detail`: None for private text. `also`: kinds of the other digest members.

    `about`: for a caregiver, the patient's name in messages (case 104). `today`: a visit in another year names
    it; `place`: the visit's hour is that place's, not the patient's (case 103).
    """
    detail = _detail(detail, today, place) if detail else None
    words = (_words_for_caregiver(kind, detail, about) if about else None) or _words_for(kind, detail)
    extra = {
        ReminderKind.VISIT: _("Another visit is coming up too."),
        ReminderKind.CHECK_IN: _("A check-in is ready too."),
        ReminderKind.NUDGE: _("A check-in is still open too."),
    }
    return replace(words, body=" ".join([words.body, *(extra[kind] for kind in dict.fromkeys(also))]))


def addressed(words: Words, name: str) -> Words:
    """The same words, with the name of the person whom they are about."""
    return replace(words, title=f"{isolated(name)}: {words.title}") if name else words


def _words_for(kind: ReminderKind, detail: str | None) -> Words:
    match kind:
        case ReminderKind.VISIT:
            return Words(
                _("You have a visit coming up"),
                detail or _("Open to see when, and to say if you can come."),
                ((Reply.COMING, _("I'll be there")), (Reply.CANT_COME, _("I can't come"))),
            )
        case ReminderKind.CHANGE:
            return Words(_("Your visit has changed"), detail or _("Open to see what's new."))
        case ReminderKind.CHECK_IN:
            return Words(_("You have a check-in ready"), detail or _("It takes about a minute."))
        case ReminderKind.NUDGE:
            return Words(_("Your check-in is still open"), detail or _("There's still time. It takes about a minute."))
        case ReminderKind.DEVICE_CHECK:
            return Words(_("Do reminders still reach you?"), _("Please open Interlude once. That's all it takes."))
        case ReminderKind.ON_CALL | ReminderKind.OVERDUE | ReminderKind.ALERT:
            return _words_for_staff(kind, detail)
        case ReminderKind.TEST:
            return Words(_("This is your test"), _("Reminders work on this phone."))
        case _:
            assert_never(kind)


def _words_for_caregiver(kind: ReminderKind, detail: str | None, name: str) -> Words | None:
    """The text for a caregiver; None for a reminder about the caregiver's own device."""
    about = {"name": isolated(name)}
    match kind:
        case ReminderKind.VISIT:
            return Words(
                _("%(name)s has a visit coming up") % about,
                detail or _("Open to see when, and to say if %(name)s can come.") % about,
                (
                    (Reply.COMING, _("%(name)s will be there") % about),
                    (Reply.CANT_COME, _("%(name)s can't come") % about),
                ),
            )
        case ReminderKind.CHANGE:
            return Words(_("%(name)s's visit has changed") % about, detail or _("Open to see what's new."))
        case ReminderKind.CHECK_IN:
            return Words(_("A check-in about %(name)s is ready") % about, detail or _("It takes about a minute."))
        case ReminderKind.NUDGE:
            return Words(
                _("The check-in about %(name)s is still open") % about,
                detail or _("There's still time. It takes about a minute."),
            )
        case _:
            return None


def _words_for_staff(
    kind: Literal[ReminderKind.ON_CALL, ReminderKind.OVERDUE, ReminderKind.ALERT], detail: str | None
) -> Words:
    if detail == StaffTask.CANT_COME:
        return Words(
            _("A patient can't come to a visit soon after you open."),
            _("You're on call. Open it and call the patient."),
        )
    if kind == ReminderKind.ALERT:
        return Words(_("A patient's answer needs you now"), _("Open Interlude to see it."))
    task = _("You're on call. Open it and assign it to yourself.")
    if kind == ReminderKind.OVERDUE:
        return Words(_("A flag in Interlude is overdue."), task)
    return Words(_("An urgent flag is waiting for you in Interlude."), task)


def letter(words: Words, link: str, stop_url: str = "") -> str:
    """The text of an email; its first line is the subject. `stop_url` is where a patient stops emails."""
    automatic = _("This is an automatic message. Please don't reply to it.")
    stop = [_("To stop these emails: %(link)s") % {"link": stop_url}] if stop_url else []
    return "\n".join([words.title, words.body, "", link, "", automatic, *stop])


def text_line(words: Words, link: str, may_stop: bool = True) -> str:
    """A text message. `may_stop`: add how a patient stops texts. On-call staff do not get that line."""
    line = f"{words.title.rstrip('.')}. {link}"
    stop = _("Reply STOP to end these texts, or turn them off in the app.")
    return f"{line} {stop}" if may_stop else line


def payload(words: Words, *, reminder_id: str, token: str, address: str, reply_url: str, locale: str) -> str:
    """The payload as JSON: a service worker reads it, and Declarative Web Push shows it without one."""
    return json.dumps(
        {
            "web_push": 8030,
            "mutable": True,
            "notification": {
                "title": words.title,
                "body": words.body,
                "navigate": address,
                "lang": locale,
                "tag": reminder_id,
                "data": {"token": token, "url": address, "reply": reply_url if words.actions else ""},
                "actions": [{"action": action, "title": title, "navigate": address} for action, title in words.actions],
            },
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
