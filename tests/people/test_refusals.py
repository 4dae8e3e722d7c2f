"""A page has words for each reason to refuse, or a last branch that stands for one reason."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from server.desk.clinic_pages import ClinicFault
from server.people.on_call import RotaFault
from server.people.patients.pages import PatientFault
from server.people.rules import Refusal
from server.reminders.channel_policies.validation import PolicyFault

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


# A form's faults, its template, and the fault that has the words of the last branch, if one has.
FORMS = [
    (ClinicFault, "people/templates/clinic.html", "missing"),
    (PatientFault, "people/templates/patient_form.html", "zone"),
    (PolicyFault, "reminders/templates/channel_policy.html", None),
    (RotaFault, "people/templates/on_call.html", None),
]


@pytest.mark.parametrize(("faults", "template", "last"), FORMS, ids=lambda each: each if isinstance(each, str) else "")
def test_each_fault_of_a_form_has_its_words(faults: Any, template: str, last: str | None) -> None:
    block = (SERVER / template).read_text().partition("{% set faults = {")[2].partition("} %}")[0]
    assert set(get_args(faults)) - {last} <= set(re.findall(r'^\s*"([a-z_]+)":', block, re.MULTILINE))


@pytest.mark.parametrize("name", ["why", "fault"])
def test_a_refusal_names_its_reason_by_a_type(name: str) -> None:
    """A plain text would let a misspelt reason pass. BadAnswer and BadQuestionnaire carry words for people instead."""
    in_words = {"question.py", "elements.py", "status.py"}
    untyped = re.compile(rf"\b{name}: str\b")
    found = [path.name for path in SERVER.rglob("*.py") if untyped.search(path.read_text())]
    assert set(found) <= in_words
