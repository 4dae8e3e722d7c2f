"""Every language translates all English texts: none is missing, none is left over, and placeholders match.

To fix a failure, run `make locale` and translate the empty texts.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from server import language
from server.questionnaires.fhir import OURS, TRANSLATION
from server.questionnaires.flow import LIBRARY
from server.web import public_pages

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent
OTHERS = sorted(language.LANGUAGES.keys() - {"en"})
EACH = pytest.mark.parametrize("locale", OTHERS)
SHOWN = tuple(OURS + name for name in ("short", "hint", "low-end", "high-end"))


@cache
def words_of_the_code() -> dict[str, tuple[str, ...]]:
    """A fresh extraction, as tools/locale.sh does it: each text with its one or two forms."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    found = extract_from_dir(
        ROOT / "server",
        [(mapping["pattern"], mapping["method"]) for mapping in mappings],
        {mapping["pattern"]: mapping for mapping in mappings},
        keywords=DEFAULT_KEYWORDS | {"mark": None},
    )
    texts: list[tuple[str, ...]] = []
    for _, _, message, _, _ in found:
        texts.append(tuple(message) if isinstance(message, (tuple, list)) else (message,))
    return {forms[0]: forms for forms in texts}


@cache
def catalogue(locale: str) -> Catalog:
    with (language.FOLDER / locale / "LC_MESSAGES" / "interlude.po").open("rb") as file:
        return read_po(file, locale)


def messages(catalog: Catalog) -> dict[str, Message]:
    return {forms_of(message.id)[0]: message for message in catalog if message.id}


def forms_of(string: Any) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def places(text: str) -> set[str]:
    """The placeholders of a text: %(name)s for gettext, {n} for a script."""
    return set(re.findall(r"%\(\w+\)s|\{\w+\}", text))


def test_languages_and_catalogues_match() -> None:
    assert sorted(folder.name for folder in language.FOLDER.iterdir() if folder.is_dir()) == OTHERS


def test_the_catalogue_template_is_up_to_date() -> None:
    with (language.FOLDER / "interlude.pot").open("rb") as file:
        own = set(messages(read_po(file)))
    code = set(words_of_the_code())
    assert (code - own, own - code) == (set(), set()), "run `make locale`"
    assert len(code) > 500


@EACH
def test_no_translation_is_missing(locale: str) -> None:
    own = messages(catalogue(locale))
    missing = [text for text in words_of_the_code() if text not in own or not all(forms_of(own[text].string))]
    assert missing == [], f"{len(missing)} texts have no translation in {locale}"


@EACH
def test_no_translation_is_left_over_or_fuzzy(locale: str) -> None:
    own = messages(catalogue(locale))
    assert sorted(own.keys() - words_of_the_code().keys()) == []
    assert [text for text, message in own.items() if message.fuzzy] == []
    assert list(catalogue(locale).obsolete) == []


@EACH
def test_each_translation_has_the_placeholders_of_its_original(locale: str) -> None:
    wrong = []
    for text, message in messages(catalogue(locale)).items():
        wanted, forms = places(text), forms_of(message.string)
        plural = len(forms_of(message.id)) > 1
        same = all(places(form) <= wanted for form in forms) if plural else places(forms[0]) == wanted
        if not same or "%" in re.sub(r"%\(\w+\)s", "", "".join(forms)):
            wrong.append(text)
    assert wrong == []


@EACH
def test_plurals_have_all_their_forms(locale: str) -> None:
    own = catalogue(locale)
    plurals = [message for message in own if message.id and len(forms_of(message.id)) > 1]
    assert plurals
    assert {len(forms_of(message.string)) for message in plurals} == {own.num_plurals}
    assert places("".join(forms_of(plurals[0].id))) <= places(forms_of(plurals[0].string)[-1])


# --- questionnaires


def translated_elements(element: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Each element of a questionnaire, with the key of a text that a patient reads."""
    if isinstance(element, list):
        for each in element:
            yield from translated_elements(each)
    elif isinstance(element, dict):
        ours = ("valueString",) if element.get("url") in SHOWN else ()
        for key in ("title", "text", "display", *ours):
            if key in element:
                yield element, key
        for key, value in element.items():
            if not key.startswith("_"):
                yield from translated_elements(value)


@EACH
@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.json")), ids=lambda path: path.stem)
def test_every_text_of_the_library_is_translated(locale: str, path: Path) -> None:
    found = list(translated_elements(json.loads(path.read_text())))
    assert len(found) > 5
    assert [element[key] for element, key in found if locale not in translations(element, key)] == []


def translations(element: dict[str, Any], key: str) -> dict[str, str]:
    shadow = element.get(f"_{key}", {}).get("extension", [])
    parts = [{part["url"]: part for part in one["extension"]} for one in shadow if one["url"] == TRANSLATION]
    return {part["lang"]["valueCode"]: part["content"]["valueString"] for part in parts if part["content"]}


# --- the manifest


def test_the_catalogues_have_every_text_of_the_manifest() -> None:
    manifest = json.loads((ROOT / "manifest.json").read_text())
    texts = {manifest["description"], *(shot["label"] for shot in manifest["screenshots"])}
    texts |= {each[key] for each in manifest["shortcuts"] for key in ("name", "description") if key in each}
    assert texts == set(public_pages.MANIFEST_WORDS)
