"""The name and the version of a FHIR R4 Questionnaire."""

import re
from dataclasses import replace

from server.questionnaires.fhir.elements import BadQuestionnaire, Element

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,59}")
LARGEST = 2**31 - 1  # a number that databases keep


def number_of(version: str) -> int | None:
    """The version as a number, if it is one; "1.0.0" is not. Raises BadQuestionnaire for a word without a number."""
    if version and not re.search(r"[0-9]", version):
        raise BadQuestionnaire("version", f"{version} has no number, so nobody can tell which version is newer")
    whole = version.isascii() and version.isdecimal() and len(version) <= 10 and int(version) <= LARGEST
    return int(version) if whole else None


def field(whole: Element, key: str) -> str:
    return replace(whole, named=key).text(key)


def slug(whole: Element) -> str:
    """The name; without one, the title, the last part of the url, or the id."""
    for key in ("name", "title", "url", "id"):
        text = field(whole, key)
        if key == "url":
            text = re.split(r"[/:]", text.rstrip("/"))[-1]
        if SLUG.fullmatch(text):
            return text
        plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        if plain and len(plain) <= 60:
            return plain
    raise BadQuestionnaire("name", "it has no name or title of at most 60 letters and digits")
