"""The `interlude` command: every command explains itself, and can answer in JSON."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from server import cli, crypto, logs
from server.access.models import PairingCode, StaffLink
from server.commands.loading import COLLECT_AFTER
from server.db import Database
from server.devices import refused_services
from server.people.models import Patient
from server.worker import process
from tests.cast import NOW, Cast, gather
from tests.keyring import KEYRING
from tests.stories import rows

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sqlite_url: str) -> Ask:
    """Runs the command on a database of its own. Returns the exit code, stdout and stderr."""
    monkeypatch.setenv("INTERLUDE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("INTERLUDE_SECRET_KEYS", crypto.dump_keyring(KEYRING))
    monkeypatch.setenv("INTERLUDE_BASE_URL", "https://interlude.example.org")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(list(arguments))
        output = capsys.readouterr()
        return code, output.out, output.err

    return run


def on(url: str, work: Callable[[Database], Coroutine[Any, Any, Any]]) -> Any:
    async def use() -> Any:
        database = Database(url)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(use())


@pytest.fixture
def people(sqlite_url: str) -> Cast:
    async def work(database: Database) -> Cast:
        async with database.writing() as db:
            return await gather(db)

    found: Cast = on(sqlite_url, work)
    return found


@pytest.mark.parametrize("command", [command.name for command in cli.COMMANDS])
def test_each_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    says = next(each.says for each in cli.COMMANDS if each.name == command)
    assert says in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "command", [command for command in cli.COMMANDS if command.answers], ids=lambda command: command.name
)
def test_each_command_with_output_can_print_json(command: cli.Command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main([command.name, "--help"])
    assert "--json" in capsys.readouterr().out


def test_an_unknown_command_is_refused(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        ask("explode")
    assert ended.value.code == 2


def test_keys_makes_a_private_file_once(ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    monkeypatch.setenv("INTERLUDE_SECRET_KEYS", str(path))
    code, out, _ = ask("keys", "--json")
    made = json.loads(out)
    assert (code, made["made"]) == (0, True)
    assert path.stat().st_mode & 0o777 == 0o600
    content = path.read_text()
    again = json.loads(ask("keys", "--json")[1])
    assert again == made | {"made": False}
    assert path.read_text() == content
    ring = crypto.load_keyring(str(path))
    assert made["data"] == list(ring.data)
    assert not any(secret in out for secret in (*ring.vapid.values(), *ring.outbox.values()))


def test_staff_prints_a_one_time_link(ask: Ask, people: Cast, sqlite_url: str) -> None:
    code, out, _ = ask("staff", " Maria@Harbor.example ", "--json")
    answer = json.loads(out)
    assert (code, answer["hours"]) == (0, 24)
    address, _, token = answer["link"].partition("#")
    assert address == "https://interlude.example.org/staff/link"
    links = on(sqlite_url, lambda database: rows(database, StaffLink))
    assert [(link.token_hash, link.staff_id) for link in links] == [(crypto.token_hash(token), people.maria.id)]
    assert ask("staff", "maria@harbor.example")[1].startswith("https://interlude.example.org/staff/link#")


def test_pair_prints_a_code(ask: Ask, people: Cast, sqlite_url: str) -> None:
    code, out, _ = ask("pair", people.rosa.id, "--json")
    answer = json.loads(out)
    assert (code, answer["minutes"]) == (0, 30)
    codes = on(sqlite_url, lambda database: rows(database, PairingCode))
    assert [each.code_hash for each in codes] == [crypto.keyed_hash(answer["code"], "pairing")]
    assert "for 30 minutes" in ask("pair", people.rosa.id)[1]


def test_case_95_push_services_prints_the_setting_that_admits_a_host(
    ask: Ask, people: Cast, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask("push-services")[1] == "no push service has been turned away\n"

    async def refuse(database: Database) -> None:
        async with database.writing() as db:
            for service in ("push.example.net", "push.example.net", "10.0.0.1"):
                await refused_services.count(db, service, NOW)

    on(sqlite_url, refuse)
    monkeypatch.setenv("INTERLUDE_PUSH_SERVICES", "push.example.org")
    code, out, _ = ask("push-services", "--json")
    first, second = json.loads(out)["refused"]
    setting = "INTERLUDE_PUSH_SERVICES=push.example.org,push.example.net"
    assert (code, first["service"], first["times"], first["setting"]) == (0, "push.example.net", 2, setting)
    assert (second["service"], second["setting"]) == ("10.0.0.1", "")
    assert setting in ask("push-services")[1]
    monkeypatch.setenv("INTERLUDE_PUSH_SERVICES", setting.partition("=")[2])
    assert [each["service"] for each in json.loads(ask("push-services", "--json")[1])["refused"]] == ["10.0.0.1"]


@pytest.mark.parametrize("arguments", [("staff", "nobody@harbor.example"), ("pair", "0" * 32)])
def test_an_unknown_name_is_reported_on_stderr(ask: Ask, people: Cast, arguments: tuple[str, ...]) -> None:
    code, out, complaint = ask(*arguments, "--json")
    assert (code, out) == (1, "")
    assert complaint.startswith("interlude: no ")


def test_a_bad_setting_is_reported_as_text(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERLUDE_BASE_URL", "http://a.example")
    code, _, complaint = ask("keys")
    assert code == 2
    assert complaint.startswith("interlude: INTERLUDE_BASE_URL must be https")


def test_case_59_a_missing_key_is_reported_as_text(ask: Ask, people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERLUDE_SECRET_KEYS", crypto.dump_keyring(crypto.new_keyring()))
    code, _, complaint = ask("demo")
    assert code == 2
    assert "the stored data can't be opened" in complaint


@pytest.mark.parametrize("command", ["web", "worker"])
def test_case_59_neither_web_nor_worker_starts_without_the_key(
    ask: Ask, people: Cast, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Each is started by its own command, as under a service manager."""
    started: list[str] = []

    async def works(_: object) -> None:
        started.append("worker")

    monkeypatch.setattr(logs, "configure", lambda: None)
    monkeypatch.setattr(uvicorn, "run", lambda *_, **__: started.append("web"))
    monkeypatch.setattr(process, "run", works)
    monkeypatch.setenv("INTERLUDE_SECRET_KEYS", crypto.dump_keyring(crypto.new_keyring()))
    code, _, complaint = ask(command)
    assert (code, started) == (2, [])
    assert "can't be opened" in complaint


def test_migrate_creates_the_schema(ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    monkeypatch.setenv("INTERLUDE_DATABASE_URL", url)
    assert ask("migrate")[:2] == (0, "the schema is up to date\n")
    assert on(url, lambda database: rows(database, Patient)) == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [("SMTP_URL", "smtp://mail.example?from=care@"), ("TEXT_URL", "twilio://sid:token@from")],
)
def test_case_80_a_channel_that_can_send_nothing_refuses_to_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], setting: str, value: str
) -> None:
    monkeypatch.setenv(f"INTERLUDE_{setting}", value)
    assert cli.main(["web"]) == 2
    assert f"INTERLUDE_{setting}" in capsys.readouterr().err


def test_a_command_passes_over_what_it_loaded_and_the_worker_collects_seldom() -> None:
    script = """
import gc
from server.commands.loading import collect_seldom, without_collecting
with without_collecting():
    assert not gc.isenabled()
assert gc.get_threshold()[0] == 700
collect_seldom()
print(gc.isenabled(), gc.get_threshold()[0], gc.get_freeze_count() > 1000)
"""
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert printed.stdout.split() == ["True", str(COLLECT_AFTER), "True"]
