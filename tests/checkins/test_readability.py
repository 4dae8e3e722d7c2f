"""Every text that a patient reads is plain: sentences of 20 words at most, reading grade 6 at most.

Grade is the worse of Flesch–Kincaid (Kincaid et al. 1975) and the Automated Readability Index (Smith and
Senter 1967), over all the whole sentences of one page or one questionnaire. Labels are no sentences: they are
short, and would only make a page look easier than it is.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

from server import problems, render
from server.assets import Assets
from server.checkins.flow import LIBRARY
from server.checkins.forms import read_form

LONGEST_SENTENCE = 20  # words
HIGHEST_GRADE = 6.0
SERVER = Path(__file__).parent.parent.parent / "server"
FRAGMENTS = ("phone/templates/_*", "people/templates/_notice.html", "appointments/templates/_reply*")


def sentences(text: str) -> list[list[str]]:
    """Words by sentence; a number or a name that is put in counts as one word."""
    filled = re.sub(r"%\(\w+\)s|\{\w+\}", "it", text)
    found = [re.findall(r"[A-Za-z0-9'\u2019-]+", part) for part in re.split(r"[.!?:]+(?:\s|$)", filled)]
    return [words for words in found if words]


def syllables(word: str) -> int:
    """Groups of vowels, a silent e left out: near enough for English."""
    bare = re.sub(r"[^a-z]", "", word.lower())
    bare = re.sub(r"(?<=[^aeiouyl])e$|(?<=[^aeiouytd])ed$|(?<=[^aeiouysxz])es$", "", bare)
    return max(len(re.findall(r"[aeiouy]+", bare)), 1)


def grade(texts: list[str]) -> float:
    whole = [text for text in texts if text.rstrip().endswith((".", "?", "!"))]
    found = [words for text in whole for words in sentences(text)]
    if not found:
        return 0.0
    words = [word for sentence in found for word in sentence]
    length = len(words) / len(found)
    flesch_kincaid = 0.39 * length + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    automated = 4.71 * sum(map(len, words)) / len(words) + 0.5 * length - 21.43
    return max(flesch_kincaid, automated)


def too_long(texts: list[str]) -> list[str]:
    return [" ".join(words) for text in texts for words in sentences(text) if len(words) > LONGEST_SENTENCE]


def questionnaires() -> Iterator[tuple[str, list[str]]]:
    for path in sorted(LIBRARY.glob("*.json")):
        form = read_form(json.loads(path.read_text()))
        texts = [form.title]
        for question in form.questions:
            texts += [question.text, question.short, question.hint, question.low_end, question.high_end]
            texts += [option.label for option in question.options]
        yield path.name, [text for text in texts if text]


def pages() -> Iterator[tuple[str, list[str]]]:
    env: Environment = render.environment(Assets())
    fragments = {path for pattern in FRAGMENTS for path in SERVER.glob(pattern)}
    for path in sorted(SERVER.rglob("*.html")):
        source = path.read_text()
        if 'frame("phone")' not in source and path not in fragments:
            continue
        found = env.extract_translations(source)  # type: ignore[attr-defined]
        texts = [text for _, _, said in found for text in (said if isinstance(said, tuple) else (said,)) if text]
        if texts:
            yield path.relative_to(SERVER).as_posix(), texts


def modules() -> Iterator[tuple[str, list[str]]]:
    """What notifications, emails and texts say, and what goes wrong."""
    tree = ast.parse((SERVER / "reminders" / "words.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "_"]
    said = [call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)]
    yield "reminders/words.py", [text for text in said if isinstance(text, str) and "A patient's" not in text]
    yield "problems.py", list(problems.WORDS.values())


TEXTS = dict([*questionnaires(), *pages(), *modules()])


def test_all_that_patients_read_is_looked_at() -> None:
    assert {"weekly-als.json", "phone/templates/home.html", "people/templates/_notice.html"} <= TEXTS.keys()
    assert {"checkins/templates/red.html", "reminders/templates/turn_on.html", "templates/offline.html"} <= TEXTS.keys()
    assert not any(name.startswith("desk/") for name in TEXTS)
    assert sum(map(len, TEXTS.values())) > 400


@pytest.mark.parametrize("name", TEXTS)
def test_no_sentence_is_too_long(name: str) -> None:
    assert too_long(TEXTS[name]) == []


@pytest.mark.parametrize("name", TEXTS)
def test_a_twelve_year_old_can_read_it(name: str) -> None:
    found = grade(TEXTS[name])
    assert found <= HIGHEST_GRADE, f"grade {found:.1f}: {TEXTS[name]}"


def test_what_is_hard_to_read_is_noticed() -> None:
    hard = "Patients experiencing respiratory deterioration should immediately communicate with their physicians."
    assert grade([hard]) > 12
    assert grade([hard, *["No", "Yes"] * 100]) > 12
    assert grade(["How is your breathing?", "No trouble", "A little trouble"]) < 6
    assert too_long([" ".join(["word"] * 21) + "."]) != []


@pytest.mark.parametrize(
    ("word", "count"), [("pain", 1), ("trouble", 2), ("breathe", 1), ("reminders", 3), ("called", 1), ("emergency", 4)]
)
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count
