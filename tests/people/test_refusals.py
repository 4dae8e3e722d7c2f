"""Each reason to refuse has words of its own on a page, or is the one that a page's last branch is about."""

from pathlib import Path
from typing import get_args

import pytest

from server.people.rules import Refusal

SERVER = Path(__file__).parent.parent.parent / "server"
PAGES = [*SERVER.rglob("*.html"), *SERVER.rglob("*pages.py"), *(SERVER.parent / "pwa").glob("*.js")]
SHOWN = "\n".join(page.read_text() for page in PAGES)
# Reasons that a page does not name, and the words that it shows for them.
SHOWN_AS = {
    "challenge": 'id="passkey-failed"',  # whatever went wrong with a passkey
    "link": "This link has already been used or has expired",
    "reopened": "def reopen(",  # nothing to say: the flag is open, and its page shows that
    "stale": "{% if stale %}",
    "wrong": "Email, password and code don't match",
}


@pytest.mark.parametrize("why", get_args(Refusal))
def test_each_refusal_has_its_words(why: str) -> None:
    words = SHOWN_AS.get(why)
    assert words in SHOWN if words else f'"{why}"' in SHOWN or f"'{why}'" in SHOWN
