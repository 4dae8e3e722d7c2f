"""Logs are one JSON object per line."""

import json

import pytest
import structlog

from server import logs


def test_a_line_is_json_with_the_level_and_the_kind_of_failure(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    try:
        logs.configure()
        log = structlog.get_logger()
        log.debug("not.said")
        log.error("tick.failed", tick="send")
    finally:
        structlog.configure(**before)
    [line] = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert (event["event"], event["tick"], event["level"]) == ("tick.failed", "send", "error")
    assert event["timestamp"]
