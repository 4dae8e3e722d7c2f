"""The operator's settings, read once from the environment (`INTERLUDE_*`; table in docs/operating.md)."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlsplit

PREFIX = "INTERLUDE_"
STANDARD_PORTS = {"http": 80, "https": 443}
HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*")
SHORTEST_SECRET = 32  # characters


class CannotRun(Exception):
    """A command can't do its work. Its message says what would help."""


class BadSetting(CannotRun, ValueError):
    """A setting that cannot work; the message names it and says what would."""


@dataclass(frozen=True)
class Settings:
    database_url: str = "sqlite:///var/interlude.db"
    base_url: str = "http://localhost:8000"
    secret_keys: str = "var/keys.json"  # noqa: S105  # the path of the keys, not the keys
    push_services: str = ""
    push_subject: str = ""
    smtp_url: str = ""
    text_url: str = ""
    text_webhook_secret: str = ""
    trusted_proxies: str = ""
    ping_url: str = ""
    metrics_token: str = ""

    @property
    def is_loopback(self) -> bool:
        return _is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def is_plain_loopback(self) -> bool:
        """Whether browsers reach the site on their own machine, without TLS."""
        return self.is_loopback and urlsplit(self.base_url).scheme == "http"

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    def listens_on(self, environ: Mapping[str, str] = os.environ) -> tuple[str, int]:
        """Host and port of the web process: loopback for a local base URL, else all interfaces, behind a TLS proxy."""
        port = (urlsplit(self.base_url).port or 8000) if self.is_loopback else 8000
        host = "127.0.0.1" if self.is_loopback else "0.0.0.0"  # noqa: S104
        return environ.get("HOST", host), int(environ.get("PORT", str(port)))

    @property
    def vapid_subject(self) -> str:
        """The contact address for push services (RFC 8292 §2.1); Apple refuses one that is not a real address."""
        if self.push_subject:
            return self.push_subject
        return "mailto:push@interlude.example" if self.is_loopback else f"mailto:push@{self.host}"


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from `environ`. PORT changes the default base URL. Raises BadSetting."""
    given = {f.name: environ[PREFIX + f.name.upper()] for f in fields(Settings) if PREFIX + f.name.upper() in environ}
    if "base_url" not in given and "PORT" in environ:
        given["base_url"] = f"http://localhost:{environ['PORT']}"
    settings = Settings(**{name: value.strip() for name, value in given.items()})
    settings = replace(settings, base_url=_origin(settings.base_url))
    _check(settings)
    return settings


def _origin(typed: str) -> str:
    """The address as browsers name it as the origin of a request, which passkeys and forms are compared with."""
    wrong = BadSetting("INTERLUDE_BASE_URL is the site's address, such as https://interlude.example.org")
    if not typed.isascii():
        raise BadSetting(
            "INTERLUDE_BASE_URL: write the domain as browsers send it, such as https://xn--bcher-kva.example"
        )
    try:
        base = urlsplit(typed.rstrip("/"))
        port = base.port
    except ValueError:
        raise wrong from None
    host = base.hostname or ""
    if base.scheme not in STANDARD_PORTS or base.path or any(ch in typed for ch in "?#@\\") or not _is_host(host):
        raise wrong
    if port == 0:
        raise wrong
    shown = f"[{host}]" if ":" in host else host
    is_unsaid = port is None or (port == STANDARD_PORTS[base.scheme] and not _is_loopback(host))
    return f"{base.scheme}://{shown}" + ("" if is_unsaid else f":{port}")


def _check(settings: Settings) -> None:
    if urlsplit(settings.base_url).scheme == "http" and not settings.is_loopback:
        raise BadSetting(
            "INTERLUDE_BASE_URL must be https, except on localhost: phones install and push only over https"
        )
    if not settings.database_url.startswith(("sqlite://", "postgresql://")):
        raise BadSetting("INTERLUDE_DATABASE_URL is sqlite:///path or postgresql://user:password@host/name")
    if "." not in settings.host and not settings.is_loopback and not settings.push_subject:
        raise BadSetting("INTERLUDE_PUSH_SUBJECT is needed: push services refuse an address without a domain")
    if settings.ping_url and urlsplit(settings.ping_url).scheme not in ("http", "https"):
        raise BadSetting("INTERLUDE_PING_URL is an http or https address")
    if settings.text_webhook_secret and len(settings.text_webhook_secret) < SHORTEST_SECRET:
        raise BadSetting(
            f"INTERLUDE_TEXT_WEBHOOK_SECRET needs {SHORTEST_SECRET} characters or more: openssl rand -hex 32"
        )
    if settings.push_subject and not settings.push_subject.startswith(("mailto:", "https://")):
        raise BadSetting("INTERLUDE_PUSH_SUBJECT is a mailto: or https: address")


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return HOST_NAME.fullmatch(host) is not None
    return True


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
