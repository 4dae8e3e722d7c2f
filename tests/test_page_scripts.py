"""No page script waits at its top level.

Every module that imports it would wait too: a button could be pressed before its script runs, and a listener for "load"
would come after it. Some browsers never answer the question that such a script asks.
"""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.source

SCRIPTS = sorted((Path(__file__).parent.parent / "pwa").glob("*.js"))
# Prettier indents what is inside a function or a block, so only the top level begins a line.
WAITS = re.compile(r"^(?:(?:for )?await\b|(?:export )?(?:const|let|var)\b[^\n]*=\s*await\b|[\w.]+\s*=\s*await\b)", re.M)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_does_not_wait_at_its_top_level(script: Path) -> None:
    assert WAITS.findall(script.read_text()) == []


@pytest.mark.parametrize(
    ("line", "waits"),
    [
        ("await lookForCleared();", True),
        ("const key = await serverKey();", True),
        ("export const key = await serverKey();", True),
        ("  await inAFunction();", False),
        ("const send = async () => await post();", False),
    ],
)
def test_waiting_at_the_top_level_is_noticed(line: str, waits: bool) -> None:
    assert bool(WAITS.search(line)) is waits
