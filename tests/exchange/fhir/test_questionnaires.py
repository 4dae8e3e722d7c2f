"""A questionnaire in the export: the version that was answered, without what nothing has checked (case 110)."""

from typing import Any

import pytest

from server.exchange.fhir import questionnaires
from server.questionnaires.fhir import OURS, read_definition
from server.questionnaires.models import Questionnaire
from tests.questionnaires.made_up import item


def row(**more: Any) -> Questionnaire:
    return Questionnaire(
        id="q", slug="daily-three", version=4, resource={"name": "daily-three", "item": [item()]} | more
    )


def exported(one: Questionnaire) -> questionnaires.Resource:
    return questionnaires.resource_of(one, read_definition(one.resource))


@pytest.mark.parametrize(
    ("more", "canonical"),
    [
        ({}, f"{OURS}questionnaire:daily-three|4"),
        ({"url": "urn:example:phq", "version": "1.0.0"}, "urn:example:phq|1.0.0"),
    ],
)
def test_case_110_answers_name_the_address_and_version_that_the_file_gave(more: dict[str, Any], canonical: str) -> None:
    one = row(**more)
    assert questionnaires.canonical(one) == canonical
    assert f"{exported(one)['url']}|{exported(one)['version']}" == canonical


@pytest.mark.parametrize(("slug", "name"), [("daily-three", "DailyThree"), ("phq_2.a", "Phq2A"), ("2nd", "Q2nd")])
def test_case_110_the_name_is_one_that_programs_can_use(slug: str, name: str) -> None:
    one = row()
    one.slug = slug
    assert exported(one)["name"] == name


def test_case_110_what_we_do_not_read_is_left_out() -> None:
    unread = {"url": "urn:unread", "valueString": "x"}
    one = row(publisher="Somebody", extension=[unread], item=[item(extension=[unread], definition="urn:x")])
    made = exported(one)
    assert (made["extension"], "publisher" in made) == ([], False)
    assert (made["item"][0]["extension"], "definition" in made["item"][0]) == ([], False)
