"""Templates compare states, kinds, severities and roles only with words that exist in code."""

import pytest

from tests.template_words import ROOT, TEMPLATES, faults, words_by_name

pytestmark = pytest.mark.source


@pytest.mark.parametrize("path", TEMPLATES)
def test_a_template_names_only_existing_words(path: str) -> None:
    assert faults((ROOT / path).read_text(), words_by_name()) == []


def test_a_name_has_the_words_of_its_columns_and_fields() -> None:
    words = words_by_name()
    assert words["severity"] == {"urgent", "today", "this-week"}
    assert words["role"] == {"coordinator", "clinician", "admin"}
    assert {"busy", "no-number", "gap"} <= words["why"]


@pytest.mark.parametrize(
    "source",
    [
        '{% if flag.severity == "urgnt" %}!{% endif %}',
        '{% if "urgnt" != row.flag.severity %}!{% endif %}',
        '{% if staff.role in ("clinician", "admn") %}!{% endif %}',
        '{% if staff.role not in ["admn"] %}!{% endif %}',
        '{{ "!" if told.state|default("") == "opne" else "" }}',
        '{% for row in rows if row.flag.severity == "urgnt" %}!{% endfor %}',
        '{{ {"urgnt": 1}[flag.severity] }}',
        '{{ {"urgnt": 1}.get(flag.severity, 0) }}',
        '{% set severity_words = {"urgnt": 1} %}',
        '{% macro severity(code) %}{{ {"urgnt": 1}.get(code, code) }}{% endmacro %}',
        '{% macro severity(code) %}{% if code == "urgnt" %}!{% endif %}{% endmacro %}',
        '{% if flag["severity"] == "urgnt" %}!{% endif %}',
        '{% if flag.severity is eq("urgnt") %}!{% endif %}',
        '{% if flag.severity is in(["urgnt", "today"]) %}!{% endif %}',
        '{% if (flag.severity or "today") == "urgnt" %}!{% endif %}',
        '{% if flag.severity == ("urgnt" if late else "today") %}!{% endif %}',
        '{% set red = "urgnt" %}{% if flag.severity == red %}!{% endif %}',
        '{{ badge(severity="urgnt") }}',
        '{% macro badge(severity="urgnt") %}{% endmacro %}',
        '{% with red = "urgnt" %}{% if flag.severity == red %}!{% endif %}{% endwith %}',
        '{% if flag.severity is sameas("urgnt") %}!{% endif %}',
        '{% if "urgnt" is eq(flag.severity) %}!{% endif %}',
        '{% if flag.severity in {"urgnt": 1} %}!{% endif %}',
        '{% if check_in.state == "sent" %}!{% endif %}',  # as reminders are
        '{{ rows|selectattr("check_in.state", "equalto", "sent")|list }}',
        '{{ rows|selectattr("flag.severity", "equalto", "urgnt")|list }}',
        '{{ rows|rejectattr("severity", "in", ("urgnt", "today"))|list }}',
    ],
)
def test_a_misspelt_word_is_noticed(source: str) -> None:
    [fault] = faults(source, words_by_name())
    assert "is never" in fault


def test_a_name_without_known_words_is_noticed() -> None:
    assert len(faults('{% if flag.colour == "red" %}!{% endif %}', words_by_name())) == 1


@pytest.mark.parametrize(
    "source",
    [
        '{% if flag.severity == "urgent" %}!{% endif %}',
        '{% if staff.role in ("clinician", "admin") %}!{% endif %}',
        '{% if ";" not in clinic.crisis_line_tel %}!{% endif %}',
        '{{ {"urgent": 1}[flag.severity] }}',
        '{% if reminder.state == "sent" %}!{% endif %}',
        '{% set red = "urgent" %}{% if flag.severity == red %}!{% endif %}',
        '{{ field(type="password") }}',
        "{% if a.id == b.id %}!{% endif %}",
        "{% if n == 1 %}!{% endif %}",
    ],
)
def test_correct_words_are_not_reported(source: str) -> None:
    assert faults(source, words_by_name()) == []
