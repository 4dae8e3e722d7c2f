"""A changed Questionnaire is read, or refused by name. No change raises another exception (case 111)."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.questionnaires.fhir import BadQuestionnaire, read_definition
from server.questionnaires.fhir.elements import TRANSLATION, Element
from server.questionnaires.flow import LIBRARY
from tests.examples import examples
from tests.questionnaires.real import EVERYTHING, PHQ

WHOLES = [EVERYTHING, PHQ, *(json.loads(path.read_text()) for path in sorted(LIBRARY.glob("*.json")))]
Path = tuple[str | int, ...]
REMOVED = object()
OTHERS: list[Any] = [REMOVED, None, True, False, 0, -1, 2.5, "", "x", "1.0.0", [], [None], [{}], {}, {"a": 1}, [[]]]
OTHERS += [float("nan"), 10**30, ["x"], {"extension": {}}, {"extension": [None]}, "é" * 100, "a/b"]


def paths(node: Any, here: Path = ()) -> Iterator[Path]:
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in pairs:
        yield (*here, key)
        yield from paths(child, (*here, key))


def changed(whole: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    copy: Any = deepcopy(whole)
    parent = copy
    for key in path[:-1]:
        parent = parent[key]
    if value is REMOVED:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    assert isinstance(copy, dict)
    return copy


def may_be_named(whole: dict[str, Any], path: Path) -> set[str]:
    """The names that a refusal may use.

    They are the items around the change by linkId or place, those that refer to them, and the questionnaire's own
    field.
    """
    found, node = {str(path[0]).removeprefix("_"), "the questionnaire", "name"}, whole
    for place, key in enumerate(path):
        node = node[key]  # type: ignore[index]
        if isinstance(node, dict) and place and path[place - 1] == "item":
            found |= {str(node.get("linkId")), f"item {int(key) + 1}"}
    found |= inside(node)
    found |= {item["linkId"] for item in items(whole) if path[0] == "contained" and "answerValueSet" in item}
    while more := {item["linkId"] for item in items(whole) if refers(item) & found} - found:
        found |= more
    return found


def refers(item: dict[str, Any]) -> set[str]:
    """The questions whose answers decide whether this item is asked."""
    return {when["question"] for when in item.get("enableWhen", ())}


def items(node: Any) -> list[dict[str, Any]]:
    inner = node.get("item", ()) if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [found for item in inner for found in (item, *items(item)) if isinstance(item, dict)]


def inside(node: Any) -> set[str]:
    return {str(item.get("linkId")) for item in items(node)}


def refusal(whole: dict[str, Any], language: str) -> str | None:
    """The item that a refusal names, or None if the file is read. Any other exception fails the test."""
    try:
        read_definition(whole, language)
    except BadQuestionnaire as refused:
        return refused.named
    return None


def is_named(whole: dict[str, Any], path: Path, value: object, named: str) -> bool:
    wanted = may_be_named(whole, path) | ({str(value)} if path[-1] == "linkId" else set())
    by_place = [item for item in wanted if item.startswith("item ")] + (["item"] if path[-1] == "item" else [])
    return named in wanted or any(named.startswith(f"{item} ") for item in by_place)


ALL_PATHS = [(number, path) for number, whole in enumerate(WHOLES) for path in paths(whole)]


@settings(max_examples=examples(300))
@given(st.sampled_from(ALL_PATHS), st.sampled_from(OTHERS) | st.text(max_size=5) | st.integers())
def test_case_111_any_change_is_read_or_refused_by_name(where: tuple[int, Path], value: Any) -> None:
    number, path = where
    mutant = changed(WHOLES[number], path, value)
    named = [refusal(mutant, language) for language in ("en", "es")]
    assert named[0] == named[1]
    assert named[0] is None or is_named(WHOLES[number], path, value, named[0])


@pytest.mark.parametrize("number", range(len(WHOLES)))
def test_case_111_the_unchanged_questionnaires_are_read(number: int) -> None:
    assert read_definition(WHOLES[number]).questions


def test_items_may_not_be_nested_without_end() -> None:
    item: dict[str, Any] = {"linkId": "last", "type": "display", "text": "End"}
    for number in range(2000):
        item = {"linkId": f"g{number}", "type": "group", "item": [item]}
    with pytest.raises(BadQuestionnaire, match="stand in each other"):
        read_definition({"name": "deep", "item": [item]})


def test_an_element_knows_its_item() -> None:
    with pytest.raises(BadQuestionnaire, match="sleep: its text is not text"):
        Element({"text": 5}, "sleep").text("text")
    with pytest.raises(BadQuestionnaire, match="sleep: it has both valueCode and valueString"):
        Element({"valueCode": "a", "valueString": "b"}, "sleep").value("value")


def test_a_translation_is_found_by_its_language() -> None:
    parts = [{"url": "lang", "valueCode": "es-MX"}, {"url": "content", "valueString": "Sueño"}]
    element = Element({"text": "Sleep", "_text": {"extension": [{"url": TRANSLATION, "extension": parts}]}}, "sleep")
    assert [element.text("text", language) for language in ("es", "es-MX", "fr", "")] == [
        "Sueño",
        "Sueño",
        "Sleep",
        "Sleep",
    ]
