"""Texts of notifications, texts and emails: private unless the patient asked for details; the Web Push payload."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from server import language
from server.language import gettext as _


@dataclass(frozen=True)
class Words:
    title: str
    body: str
    actions: tuple[tuple[str, str], ...] = ()


def detail_of_visit(starts: datetime, place: str, called_off: bool) -> str:
    """A visit's details as JSON, turned into words only when sent: the language may have changed by then.

    `starts` is wall time.
    """
    return json.dumps({"starts": starts.isoformat(), "place": place, "called_off": called_off})


def _detail(kept: str) -> str:
    """The details in words. Rows written before details became JSON hold plain text; return it unchanged."""
    if not kept.startswith("{"):
        return kept
    facts = json.loads(kept)
    starts = datetime.fromisoformat(facts["starts"])
    when = f"{language.day(starts)}, {language.hour(starts)}".rstrip(".") + "."
    when = when[0].upper() + when[1:]
    return _("%(when)s Cancelled.") % {"when": when} if facts["called_off"] else f"{when} {facts['place']}".strip()


def words_for(kind: str, detail: str | None, also: Sequence[str] = ()) -> Words:
    """The text in the current language. `detail`: None for private text. `also`: kinds of the other digest members."""
    words = _words_for(kind, _detail(detail) if detail else None)
    extra = {
        "visit": _("Another visit is coming up too."),
        "check-in": _("A check-in is ready too."),
        "nudge": _("A check-in is still open too."),
    }
    return replace(words, body=" ".join([words.body, *(extra[kind] for kind in dict.fromkeys(also))]))


def _words_for(kind: str, detail: str | None) -> Words:
    match kind:
        case "visit":
            return Words(
                _("You have a visit coming up"),
                detail or _("Open to see when, and to say if you can come."),
                (("coming", _("I'll be there")), ("cant", _("I can't come"))),
            )
        case "change":
            return Words(_("Your visit has changed"), detail or _("Open to see what's new."))
        case "check-in":
            return Words(_("You have a check-in ready"), detail or _("It takes about a minute."))
        case "nudge":
            return Words(_("Your check-in is still open"), detail or _("There's still time. It takes about a minute."))
        case "sign":
            return Words(_("Do reminders still reach you?"), _("Please open Interlude once. That's all it takes."))
        case "on-call":
            return Words(
                _("An urgent flag is waiting for you in Interlude."),
                _("You're on call. Open it and assign it to yourself."),
            )
        case "overdue":
            return Words(_("A flag in Interlude is overdue."), _("You're on call. Open it and assign it to yourself."))
        case "alert":
            return Words(_("A patient's answer needs you now"), _("Open Interlude to see it."))
        case _:
            return Words(_("This is your test"), _("Reminders work on this phone."))


def letter(words: Words, link: str) -> str:
    """The text of an email; its first line is the subject."""
    return "\n".join(
        [words.title, words.body, "", link, "", _("This is an automatic message. Please don't reply to it.")]
    )


def text_line(words: Words, link: str, may_stop: bool = True) -> str:
    """A text message. `may_stop`: add how a patient stops texts. On-call staff do not get that line."""
    line = f"{words.title.rstrip('.')}. {link}"
    stop = _("To stop these texts, turn them off in the app or tell your clinic.")
    return f"{line} {stop}" if may_stop else line


def payload(words: Words, *, reminder_id: str, token: str, address: str, reply: str, locale: str) -> str:
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
                "data": {"token": token, "url": address, "reply": reply if words.actions else ""},
                "actions": [{"action": action, "title": title, "navigate": address} for action, title in words.actions],
            },
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
