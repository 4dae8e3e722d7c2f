"""Every text that a patient reads is plain, in each language.

Sentences have at most 20 words, and each text is easy by that language's measure. The measures were made for passages
and say nothing about a few words. A text of a few words must contain no long one, and counts with the other sentences
of its page or questionnaire. Labels are not sentences and do not count there: they would only make a page look easier
than it is.
"""

import ast
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from jinja2 import Environment

from server import language
from server.questionnaires.fhir import read_definition
from server.questionnaires.flow import LIBRARY
from server.web import public_pages, render
from server.web.assets import Assets
from server.web.refused_forms import refusal_words
from tests.questionnaires.ease import MEASURES, Texts, ease, grade, too_hard, too_long, whole
from tests.questionnaires.syllables import english_syllables, spanish_syllables

pytestmark = pytest.mark.source

SERVER = Path(__file__).parent.parent.parent / "server"
FRAGMENTS = (
    "phone/templates/_*",
    "access/templates/_notice.html",
    "access/templates/_languages.html",
    "access/templates/_still_waiting.html",
    "responses/templates/_closed.html",
    "access/templates/_approval_refused.html",
    "appointments/templates/_reply*",
    "responses/templates/_*",
    "devices/templates/_went_wrong.html",
)
MODULES = ("reminders/message_text.py", "appointments/flow.py", "exchange/pages.py")
OF_STAFF = ("A patient's answer needs you now", public_pages.MANIFEST_WORDS[3])


# --- what patients read: by file, in the current language


def questionnaires() -> Iterator[tuple[str, Texts]]:
    for path in sorted(LIBRARY.glob("*.json")):
        definition = read_definition(json.loads(path.read_text()), language.current())
        texts = [definition.title]
        for question in definition.questions:
            texts += [question.text, question.short, question.hint, question.low_end, question.high_end]
            texts += [option.label for option in question.options]
        yield path.name, [text for text in texts if text]


def pages() -> Iterator[tuple[str, Texts]]:
    env: Environment = render.environment(Assets())
    fragments = {path for pattern in FRAGMENTS for path in SERVER.glob(pattern)}
    for path in sorted(SERVER.rglob("*.html")):
        source = path.read_text()
        if 'frame("phone")' not in source and path not in fragments:
            continue
        found = env.extract_translations(source)  # type: ignore[attr-defined]
        texts = [text for _, _, message_id in found for text in spoken(message_id)]
        if texts:
            yield path.relative_to(SERVER).as_posix(), texts


def modules() -> Iterator[tuple[str, Texts]]:
    """The texts of notifications, emails, text messages and calendars, of the app on a phone, and of errors."""
    for module in MODULES:
        tree = ast.parse((SERVER / module).read_text())
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        argument_nodes = [call.args[0] for call in calls if ast.unparse(call.func) in ("_", "language.gettext")]
        words = [
            first.value for first in argument_nodes if isinstance(first, ast.Constant) and isinstance(first.value, str)
        ]
        yield module, [language.gettext(text) for text in words if text not in OF_STAFF]
    yield (
        "web/public_pages.py",
        [language.gettext(text) for text in public_pages.MANIFEST_WORDS if text not in OF_STAFF],
    )
    yield "problems.py", [language.gettext(text) for text in refusal_words.WORDS.values()]


def spoken(message_id: str | Sequence[str | None]) -> Texts:
    """One text of a template, or its singular and plural."""
    if isinstance(message_id, str):
        return [language.gettext(message_id)]
    definitions = [definition for definition in message_id if definition]
    return (
        [language.gettext(definitions[0])]
        if len(definitions) < 2
        else [language.ngettext(definitions[0], definitions[1], n) for n in (1, 2)]
    )


def texts_in(locale: str) -> dict[str, Texts]:
    with language.speaking(locale):
        return dict([*questionnaires(), *pages(), *modules()])


TEXTS = {(locale, name): texts for locale in MEASURES for name, texts in texts_in(locale).items()}
EACH = pytest.mark.parametrize(("locale", "name"), TEXTS)


def test_every_language_is_measured() -> None:
    assert MEASURES.keys() == language.LANGUAGES.keys()


@pytest.mark.parametrize("locale", MEASURES)
def test_every_text_for_patients_is_checked(locale: str) -> None:
    names = {name for each, name in TEXTS if each == locale}
    assert {"weekly-als.json", "phone/templates/home.html", "access/templates/_notice.html"} <= names
    assert {"responses/templates/_red_flag.html", "devices/templates/turn_on.html"} <= names
    assert {
        "templates/offline.html",
        "reminders/message_text.py",
        "web/public_pages.py",
        "access/templates/join.html",
    } <= names
    assert not any(name.startswith("desk/") for name in names)
    assert sum(len(texts) for (each, _), texts in TEXTS.items() if each == locale) > 400


@EACH
def test_no_sentence_is_too_long(locale: str, name: str) -> None:
    assert too_long(TEXTS[locale, name]) == []


@EACH
def test_a_twelve_year_old_can_read_every_page(locale: str, name: str) -> None:
    measure = MEASURES[locale]
    found = whole(TEXTS[locale, name], measure.name)
    over = measure.hardness(found) if found else 0
    assert over <= 0, f"{over:.1f} too hard: {[' '.join(words) for words in found]}"


@EACH
def test_each_text_is_easy_by_itself(locale: str, name: str) -> None:
    assert too_hard(MEASURES[locale], TEXTS[locale, name]) == []


def test_one_hard_text_among_many_easy_ones_is_noticed() -> None:
    long = "Please authenticate before continuing with administration."
    assert too_hard(MEASURES["en"], ["Yes", long, "Authentication", "Emergency"]) == [long, "Authentication"]
    long = "Autentíquese antes de continuar con la administración de su cuenta."
    assert too_hard(MEASURES["es"], ["Sí", long, "Autenticación"]) == [long, "Autenticación"]


def test_a_text_that_is_hard_to_read_is_noticed() -> None:
    hard = "Patients experiencing respiratory deterioration should immediately communicate with their physicians."
    assert grade(whole([hard])) > 12
    assert grade(whole([hard, *["No", "Yes"] * 100])) > 12
    assert grade(whole(["How is your breathing?", "No trouble", "A little trouble"])) < 6
    assert too_long([" ".join(["word"] * 21) + "."]) != []


def test_a_spanish_text_that_is_hard_to_read_is_noticed() -> None:
    hard = "Los pacientes que experimenten deterioro respiratorio deberán comunicarse inmediatamente con especialistas."
    assert ease(whole([hard])) < 30
    assert ease(whole(["¿Cómo está hoy?", "Llame ya a su clínica."])) > 90


@pytest.mark.parametrize(
    ("word", "count"), [("pain", 1), ("trouble", 2), ("breathe", 1), ("reminders", 3), ("called", 1), ("emergency", 4)]
)
def test_english_syllables_are_counted_as_spoken(word: str, count: int) -> None:
    assert english_syllables(word) == count


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("día", 2),
        ("aviso", 3),
        ("clínica", 3),
        ("respiración", 4),
        ("cuidador", 3),
        ("hoy", 1),
        ("ayuda", 3),
        ("quién", 1),
        ("guía", 2),
        ("leer", 2),
        ("ahora", 3),
        ("y", 1),
        ("15", 1),
    ],
)
def test_spanish_syllables_are_counted_as_spoken(word: str, count: int) -> None:
    assert spanish_syllables(word) == count
