"""Words that run from right to left, within text that runs from left to right, and the other way round. Pure."""

import re
from typing import Any

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_ISOLATES = re.compile("[\u2066-\u2069]")


def isolated(value: Any) -> Any:
    """The text; if it has right-to-left words, isolated so that they do not reorder the text around them (case 81).

    The marks (U+2068, U+2069) work in attributes, titles and plain text, where `<bdi>` can't stand. Anything else is
    returned as it is; so is markup, whose parts are marked already.
    """
    if not isinstance(value, str) or hasattr(value, "__html__") or value.isascii() or not _RIGHT_TO_LEFT.search(value):
        return value
    return f"\u2068{value}\u2069"


def without_isolates(typed: str) -> str:
    """The text of a form without the marks that `isolated` put in."""
    return _ISOLATES.sub("", typed)
