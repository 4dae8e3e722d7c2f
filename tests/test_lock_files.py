"""Lock files pin packages by hash and contain no address of a registry."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["package-lock.json", "requirements.lock.txt", "requirements-dev.lock.txt"])
def test_a_lock_file_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "sha" in text
    assert "://" not in text
