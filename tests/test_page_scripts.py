"""No page script waits at its top level, and the words that scripts compare are the server's.

Every module that imports it would wait too: a button could be pressed before its script runs, and a listener for "load"
would come after it. Some browsers never answer the question that such a script asks.
The checker of scripts knows the words from unions of types, as in `type Urgency = "today" | "wait"`.
"""

import re
from pathlib import Path

import pytest

from server.devices.reconciliation import NextStep
from server.devices.subscriptions import SubscriptionFault
from server.flags.rules import Urgency
from server.questionnaires.respondents import Respondent
from server.web.looks import LOOKS
from tests.template_words import words_in

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted((ROOT / "pwa").glob("*.js"))
TYPES = "\n".join(path.read_text() for path in sorted((ROOT / "tools" / "browser").glob("*.d.ts")))
TEMPLATES = ROOT / "server" / "responses" / "templates"
# Prettier indents what is inside a function or a block, so only the top level begins a line.
WAITS = re.compile(r"^(?:(?:for )?await\b|(?:export )?(?:const|let|var)\b[^\n]*=\s*await\b|[\w.]+\s*=\s*await\b)", re.M)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_does_not_wait_at_its_top_level(script: Path) -> None:
    assert WAITS.findall(script.read_text()) == []


@pytest.mark.parametrize(
    ("line", "waits"),
    [
        ("await lookForCleared();", True),
        ("const key = await serverKey();", True),
        ("export const key = await serverKey();", True),
        ("  await inAFunction();", False),
        ("const send = async () => await post();", False),
    ],
)
def test_waiting_at_the_top_level_is_noticed(line: str, waits: bool) -> None:
    assert bool(WAITS.search(line)) is waits


def union(name: str) -> set[str]:
    """The words of `type name = "a" | "b"`, or of a field `name?: "a" | "b"`."""
    [found] = re.findall(rf'^ *(?:type {name} =|{name}\?:) ((?:"[\w-]+"(?: \| )?)+);', TYPES, re.M)
    return set(re.findall(r'"([\w-]+)"', found))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("NextStep", words_in(NextStep)),
        ("Respondent", words_in(Respondent)),
        ("SubscriptionFault", words_in(SubscriptionFault)),
        ("Urgency", words_in(Urgency)),
        ("aloud", set(LOOKS["aloud"])),
        ("SameAsLast", set(re.findall(r'name="say" value="(\w+)"', (TEMPLATES / "same.html").read_text()))),
    ],
)
def test_the_words_of_scripts_are_those_of_the_server(name: str, words: set[str]) -> None:
    assert union(name) == words


def test_a_script_compares_words_that_the_checker_knows() -> None:
    annotated = {
        "offline-checkin.js": ["@param {SameAsLast} say"],
        "subscription.js": ["detail?: SubscriptionFault", "{NextStep | false | undefined}"],
        "question.js": ["submitter: Pressed) => void"],
    }
    sources = {script.name: script.read_text() for script in SCRIPTS}
    assert [text for name, texts in annotated.items() for text in texts if text not in sources[name]] == []
