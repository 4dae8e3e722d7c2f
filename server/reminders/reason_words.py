"""Why a reminder went no further, in the reader's language.

The database holds the reason in English, or as a short word that code compares. A service's own answer has no
translation and stays as it is.
"""

from server.language import gettext as _


def reason_words(reason: str) -> str:
    """The stored reason of a reminder as staff read it."""
    return _of_ours().get(reason, reason)


def _of_ours() -> dict[str, str]:
    return {
        # the patient, the visit or the flag no longer needs it
        "answered": _("it was answered"),
        "arrived": _("the patient has arrived"),
        "fulfilled": _("the visit is completed"),
        "cancelled": _("the visit was cancelled"),
        "noshow": _("the patient missed the visit"),
        "moved": _("the visit was moved"),
        "plan-ended": _("the check-in plan has ended"),
        "taken": _("somebody has taken the flag"),
        "given back": _("the flag was given back"),
        "closed": _("the flag was closed"),
        "corrected": _("the answer behind the flag was corrected"),
        "replanned": _("it was scheduled again"),
        "superseded by a change": _("a later change replaced it"),
        "enough was sent that day": _("enough was sent that day"),
        "paused": _("messages are paused"),
        "its row does not open": _("its data cannot be decrypted"),
        "the clock was ahead": _("the server's clock was ahead"),
        # nobody could be reached
        "no channel is set up": _("no channel is set up"),
        "no device takes reminders": _("no device takes reminders"),
        "no email address": _("no email address"),
        "no email address, or emails were stopped": _("no email address, or emails were stopped"),
        "no number, or no consent to text messages": _("no number, or no consent to text messages"),
        "this number stopped our texts": _("this number stopped our texts"),
        "texts can't be delivered to this number": _("texts can't be delivered to this number"),
        "no device showed it": _("no device showed it"),
        "its time had passed": _("its time had passed"),
        # one attempt
        "withdrawn": _("it was withdrawn"),
        "the worker stopped before it knew": _("the worker stopped before it knew"),
        "part of it was cancelled; it is written again": _("part of it was cancelled; it is written again"),
        "its service does not answer; it is tried again later": _("its service does not answer; we try again later"),
        "the database was away; it is tried again later": _("the database was not available; we try again later"),
        "its push service refuses us; it is tried again later": _("its push service refuses us; we try again later"),
        "not a full phone number with its country": _("not a full phone number with its country"),
        "the text service did not answer": _("the text service did not answer"),
        "the text service did not confirm it": _("the text service did not confirm it"),
        "no letter can be made for this address": _("no email can be made for this address"),
        "redirect, not followed": _("its service sent us elsewhere"),
        # the meaning of a channel's answer that came without a reason
        "gone": _("its address is no longer valid"),
        "rejected": _("its service rejected it"),
        "refused": _("its service refuses us"),
        "later": _("its service asked us to wait"),
        "unknown": _("nobody knows whether it arrived"),
    }
