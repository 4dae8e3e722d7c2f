"""Each decision record has a date and a status."""

import re
from datetime import date
from pathlib import Path

import pytest

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent
RECORDS = {path.name: path.read_text() for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))}
HEAD = re.compile(
    r"# (?P<number>\d{4}) \S.*\n\n- Date: (?P<date>\d{4}-\d{2}-\d{2})\n- Status: (?P<status>\S.*(?:\n  \S.*)*)\n\n"
)
STATUS = re.compile(r"accepted\b|(?:partly )?superseded by (?=\[\d{4}\])")
LINK = re.compile(r"\[(\d{4})\]\(([^)]+)\)")


def faults_of(name: str, records: dict[str, str]) -> list[str]:
    """The faults of one record."""
    record = records[name]
    head = HEAD.match(record)
    if head is None:
        return ["does not begin with a numbered title, a date and a status"]
    found = [
        (not name.startswith(head["number"] + "-"), "its title has another number than its file"),
        (not _is_day(head["date"]), "its date is not in the calendar"),
        (not STATUS.match(head["status"]), "its status is neither accepted nor superseded by another record"),
        (_superseded_by_an_older(head), "the record that supersedes it is older"),
    ]
    found += [(f"**{part}.**" not in record, f"it has no {part}") for part in ("Question", "Choice", "Cost")]
    found += [
        (file not in records or not file.startswith(number + "-"), f"it names {number}, which is not there")
        for number, file in LINK.findall(record)
    ]
    return [fault for is_so, fault in found if is_so]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _superseded_by_an_older(head: re.Match[str]) -> bool:
    newer = all(number > head["number"] for number, _ in LINK.findall(head["status"]))
    return "superseded" in head["status"] and not newer


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_has_a_number_a_date_and_a_status(name: str) -> None:
    assert faults_of(name, RECORDS) == []


def test_records_are_numbered_without_gaps() -> None:
    assert [int(name[:4]) for name in RECORDS] == list(range(1, len(RECORDS) + 1))


BODY = "**Question.** Why?\n\n**Choice.** This.\n\n**Cost.** That.\n"
GOOD = f"# 0001 One\n\n- Date: 2026-11-23\n- Status: accepted\n\n{BODY}"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("# 0001", "# 0002", "its title has another number than its file"),
        ("- Date: 2026-11-23\n", "", "does not begin with a numbered title, a date and a status"),
        ("2026-11-23", "2026-02-30", "its date is not in the calendar"),
        ("- Status: accepted\n", "", "does not begin with a numbered title, a date and a status"),
        ("accepted", "draft", "its status is neither accepted nor superseded by another record"),
        ("accepted", "superseded by 0002", "its status is neither accepted nor superseded by another record"),
        ("accepted", "superseded by [0003](0003-three.md)", "it names 0003, which is not there"),
        ("accepted", "partly superseded by [0003](0002-two.md), for mood", "it names 0003, which is not there"),
        ("accepted", "superseded by [0000](0000-none.md)", "the record that supersedes it is older"),
        ("**Cost.**", "", "it has no Cost"),
    ],
)
def test_a_fault_in_a_record_is_noticed(old: str, new: str, fault: str) -> None:
    others = {"0000-none.md": "", "0002-two.md": ""}
    assert faults_of("0001-one.md", {"0001-one.md": GOOD} | others) == []
    assert fault in faults_of("0001-one.md", {"0001-one.md": GOOD.replace(old, new)} | others)


def test_a_record_may_be_superseded_in_part() -> None:
    partly = GOOD.replace("accepted", "partly superseded by [0002](0002-two.md), for mood:\n  only there")
    assert faults_of("0001-one.md", {"0001-one.md": partly, "0002-two.md": ""}) == []
