"""The web's process trusts proxies that the operator names, and no others."""

import pytest
import uvicorn
from litestar import Litestar

from server import settings
from server.web import process


@pytest.mark.parametrize(("proxies", "trusted"), [("", (False, None)), ("10.0.0.2", (True, "10.0.0.2"))])
def test_only_named_proxies_are_believed(
    monkeypatch: pytest.MonkeyPatch, proxies: str, trusted: tuple[bool, str | None]
) -> None:
    started: list[dict[str, object]] = []
    monkeypatch.setattr(uvicorn, "run", lambda _, **options: started.append(options))
    process.run(Litestar([]), settings.read({"INTERLUDE_TRUSTED_PROXIES": proxies}))
    [options] = started
    assert (options["proxy_headers"], options["forwarded_allow_ips"]) == trusted
