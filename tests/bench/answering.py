"""How long requests take while 200 patients answer a whole check-in at once, on SQLite, with a server of its own."""

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import httpx
from sqlalchemy import func, select

from server import crypto
from server.access import rules
from server.access.joining import flow as joining
from server.db import Database
from server.people.models import Patient
from server.responses.models import Response
from tests.bench import crowd
from tests.bench.start import COMMAND, ROOT
from tests.cast import meet, work_by
from tests.ports import free_port
from tests.stories import due_check_in

PATIENTS = 200
SLUG = "daily-three"
CSRF_COOKIE = "local-csrf"


@dataclass(frozen=True)
class Asked:
    """A patient's phone before it joins."""

    code: str
    check_in_id: str
    answers: dict[str, str]


@dataclass(frozen=True)
class Took:
    """Milliseconds of a request, and how many of all requests failed."""

    p50: float
    p99: float
    failed: int


def run(folder: Path) -> Took:
    asked = asyncio.run(_fill(folder))
    with _web(folder) as address:
        seconds = asyncio.run(_all_answer(address, asked))
    arrived = asyncio.run(_responses(folder))
    assert arrived == PATIENTS or None in seconds, f"{arrived} responses"
    done = [one * 1000 for one in seconds if one is not None]
    cuts = quantiles(done, n=100)
    return Took(cuts[49], cuts[98], len(seconds) - len(done))


async def _fill(folder: Path) -> list[Asked]:
    database = await crowd.open_database(folder, "answering")
    now = datetime.now(UTC).replace(second=0, microsecond=0)  # the server has a clock of its own
    asked = []
    for number in range(PATIENTS):
        async with database.writing() as db:
            cast = await meet(db)
            patient = Patient(clinic_id=cast.harbor.id, name=f"Patient {number}", zone="UTC", locale="en")
            db.add(patient)
            await db.flush()
            check_in = await due_check_in(db, patient, SLUG, now)
            code = await joining.issue_pairing(work_by(db, cast.maria, now), patient, None)
            asked.append(Asked(code, check_in.id, {"pain": "3", "breathing": "little"}))
    await database.close()
    return asked


async def _responses(folder: Path) -> int:
    database = Database(f"sqlite:///{folder / 'answering.db'}")
    async with database.reading() as db:
        count = await db.scalar(select(func.count()).select_from(Response))
    await database.close()
    return count or 0


@contextmanager
def _web(folder: Path) -> Iterator[str]:
    port = free_port()
    ours = {
        "INTERLUDE_DATABASE_URL": f"sqlite:///{folder / 'answering.db'}",
        "INTERLUDE_SECRET_KEYS": crypto.dump_keyring(crypto.keyring()),
        "PORT": str(port),
    }
    process = subprocess.Popen([*COMMAND, "web"], cwd=ROOT, env=os.environ | ours, stderr=subprocess.DEVNULL)
    try:
        yield f"http://localhost:{port}"
    finally:
        process.kill()
        process.wait()


async def _all_answer(address: str, asked: list[Asked]) -> list[float | None]:
    """The seconds of each request; None where it failed."""
    phones = [httpx.AsyncClient(base_url=address, timeout=60, follow_redirects=True) for _ in asked]
    await _until_up(phones[0])
    for phone, one in zip(phones, asked, strict=True):
        await phone.get("/join")
        joined = await _post(phone, "/join", {"code": one.code, "agree": rules.CONSENT_VERSION})
        assert joined.status_code == 200, joined.text
    taken = await asyncio.gather(*(_answer(phone, one) for phone, one in zip(phones, asked, strict=True)))
    for phone in phones:
        await phone.aclose()
    return [seconds for each in taken for seconds in each]


async def _until_up(phone: httpx.AsyncClient) -> None:
    for _ in range(600):
        try:
            if (await phone.get("/health/ready")).status_code == 200:
                return
        except httpx.ConnectError:
            await asyncio.sleep(0.1)
    raise TimeoutError


async def _answer(phone: httpx.AsyncClient, asked: Asked) -> list[float | None]:
    path = f"/check-ins/{asked.check_in_id}"
    seconds = [await _timed(phone, f"{path}/q/{item}", {"answer": answer}) for item, answer in asked.answers.items()]
    return [*seconds, await _timed(phone, f"{path}/send", {})]


async def _timed(phone: httpx.AsyncClient, path: str, fields: dict[str, str]) -> float | None:
    began = time.perf_counter()
    try:
        answer = await _post(phone, path, {"who": "self"} | fields)
    except httpx.HTTPError:
        return None
    return time.perf_counter() - began if answer.status_code == 200 else None


async def _post(phone: httpx.AsyncClient, path: str, fields: dict[str, str]) -> httpx.Response:
    return await phone.post(
        path, data={"_csrf_token": phone.cookies[CSRF_COOKIE]} | fields, headers={"accept": "text/html"}
    )
