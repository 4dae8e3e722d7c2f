"""What a look at the pages found and a look at their sources can see."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted((ROOT / "server").rglob("*.html"))
SHEETS = sorted((ROOT / "static").glob("*.css"))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_nothing_looks_chosen_after_a_finger_has_left(sheet: Path) -> None:
    """On a touch screen, what lies where a finger was keeps the look of :hover: an answer of the next question."""
    rules = sheet.read_text(encoding="utf-8")
    for_pointers = re.findall(r"@media \(hover: hover\) \{\n(.*?)\n {2}\}", rules, re.DOTALL)
    assert sum(each.count(":hover") for each in for_pointers) == rules.count(":hover") > 0


def test_case_103_no_page_names_a_zone_by_its_code() -> None:
    """People read "New York", not "America/New_York"."""
    bare = re.compile(r"\{\{ [\w.]*\bzone \}\}|\w+=[\w.]*\bzone ?[,%]")
    found = {path.name: bare.findall(path.read_text(encoding="utf-8")) for path in TEMPLATES}
    assert {name: each for name, each in found.items() if each} == {}


def test_case_103_every_time_of_a_plan_is_said_as_people_say_it() -> None:
    found = [path.name for path in TEMPLATES if re.search(r"\bplan\.at \}\}", path.read_text(encoding="utf-8"))]
    assert found == []


def test_no_heading_of_a_patient_breaks_a_line_inside_check_in() -> None:
    """A large heading breaks at a hyphen. U+2011 is one that does not break."""
    found = {
        path.name: re.findall(r"<h[12][^>]*>[^<]*\bcheck-in[^<]*", path.read_text(encoding="utf-8"))
        for path in TEMPLATES
        if path.parent.parent.name in ("access", "devices", "phone", "responses")
    }
    assert {name: each for name, each in found.items() if each} == {}


def test_case_100_what_is_chosen_is_said_too_and_not_only_drawn() -> None:
    """In the settings, where a choice stays. A question has none when it is asked."""
    chosen = re.compile(r'class="said"(?! aria-(?:pressed|current)="true")')
    settings = [path for path in TEMPLATES if path.parent.parent.name == "phone"]
    assert [path.name for path in settings if chosen.search(path.read_text(encoding="utf-8"))] == []
