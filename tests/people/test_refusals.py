"""A page has words for each reason to refuse, or a last branch that stands for one reason."""

import re
from pathlib import Path
from typing import get_args

import pytest

from server.people.rules import Refusal

SERVER = Path(__file__).parent.parent.parent / "server"
PAGES = [*SERVER.rglob("*.html"), *SERVER.rglob("*pages.py"), *(SERVER.parent / "pwa").glob("*.js")]
SHOWN = "\n".join(page.read_text() for page in PAGES)
# Reasons that no page names, with the words of the branch that stands for them.
SHOWN_AS = {
    "called-off": '"called-off": "over"',  # the name of its text on the page of rejected entries
    "challenge": 'id="passkey-failed"',  # anything that went wrong with a passkey
    "code": "That code isn't right. Please use the newest one from the app.",
    "email": "Please check the email and the role.",
    "level": "Please choose the level that was answered, or a worse one.",
    "link": "This link has already been used or has expired",
    "passkey": 'id="passkey-failed"',
    "role": "Please check the email and the role.",
    "stale": "{% if stale %}",
    "wait": '"wait": _(',
    "wrong": "Email, password and code don't match",
}
NEEDS_NO_WORDS = {"reopened"}  # the flag is already open, and its page shows that


def is_compared(why: str) -> bool:
    """Whether a page compares a refusal with this word. The word alone, as the name of a field, is not enough."""
    quoted = rf"""["']{re.escape(why)}["']"""
    return (
        re.search(rf"\b(?:why|refused|fault|error)\b[^\n]*{quoted}|{quoted}[^\n]*\b(?:refused|why)\b", SHOWN)
        is not None
    )


@pytest.mark.parametrize("why", sorted(set(get_args(Refusal)) - NEEDS_NO_WORDS))
def test_each_reason_to_refuse_has_its_words(why: str) -> None:
    words = SHOWN_AS.get(why)
    assert words in SHOWN if words else is_compared(why)


def test_a_reason_without_words_is_noticed() -> None:
    assert not is_compared("note-of-nobody")
    assert not is_compared("password")  # also the name of a field on two pages
