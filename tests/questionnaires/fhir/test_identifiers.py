"""A Questionnaire's name and version are read, or made from what it has (case 111)."""

import pytest

from server.questionnaires.fhir import BadQuestionnaire, identifiers, read_definition
from tests.questionnaires.made_up import item


@pytest.mark.parametrize(
    ("head", "slug", "title", "version"),
    [
        ({"name": "daily-three", "title": "Three", "version": "7"}, "daily-three", "Three", 7),
        ({"name": "PHQ9", "version": "1.0.0"}, "PHQ9", "PHQ9", 1),
        ({"title": "Sleep & Mood", "version": "2026-01-05"}, "sleep-mood", "Sleep & Mood", 1),
        ({"url": "urn:example:phq-2"}, "phq-2", "phq-2", 1),
        ({"id": "abc", "version": "0"}, "abc", "abc", 0),
    ],
    ids=["all", "a dotted version", "no name", "url alone", "id alone"],
)
def test_case_111_name_title_and_version_may_be_missing(
    head: dict[str, str], slug: str, title: str, version: int
) -> None:
    read = read_definition(head | {"item": [item()]})
    assert (read.slug, read.title, read.version) == (slug, title, version)


def test_case_111_a_questionnaire_without_any_name_is_refused() -> None:
    with pytest.raises(BadQuestionnaire, match="name: it has no name"):
        read_definition({"version": "1", "item": [item()]})


@pytest.mark.parametrize(
    ("version", "number"),
    [("", None), ("7", 7), ("1.0.0", None), ("2026-01-05", None), (str(2**31), None)],
)
def test_case_111_only_a_whole_number_that_databases_keep_is_the_version(version: str, number: int | None) -> None:
    assert identifiers.number_of(version) == number
