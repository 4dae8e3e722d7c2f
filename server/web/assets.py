"""Static files: read once at start, named by hash, compressed once, at the first request, and kept in memory."""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from importlib.metadata import files
from pathlib import Path

import brotli
import rjsmin
from markupsafe import Markup

ROOT = Path(__file__).parent.parent.parent
TEXT = (".css", ".js", ".svg", ".json")
HTMX = "django_htmx/static/django_htmx/htmx-2.min.js"
IMPORT = re.compile(r'"\./([\w-]+\.js)"')  # as in: import { post } from "./requests.js"


@dataclass(frozen=True)
class Asset:
    body: bytes
    media_type: str
    etag: str
    is_text: bool

    def encoded(self, accepted: str) -> tuple[bytes, str | None]:
        """The smallest encoding that the browser accepts, and its Content-Encoding."""
        if "br" in accepted and self.br:
            return self.br, "br"
        if "gzip" in accepted and self.gzip:
            return self.gzip, "gzip"
        return self.body, None

    @cached_property
    def br(self) -> bytes | None:
        """Compress at the first request: to compress all assets would hold up the start by a fifth of a second."""
        return bytes(brotli.compress(self.body, quality=11)) if self.is_text else None

    @cached_property
    def gzip(self) -> bytes | None:
        return gzip.compress(self.body, 9, mtime=0) if self.is_text else None


class Assets:
    """`url("app.css")` is `/static/app.3f2a9c.css`; `by_url` maps such an address to its asset."""

    def __init__(self, root: Path = ROOT) -> None:
        self.by_url: dict[str, Asset] = {}
        self._urls: dict[str, str] = {}
        for path in sorted((root / "static").rglob("*")):
            if path.is_file():
                self._add(str(path.relative_to(root / "static")), path.read_bytes())
        self._imports: dict[str, list[str]] = {}
        self._add_scripts(set((root / "pwa").glob("*.js")) - {root / "pwa/service-worker.js"})
        self._add("htmx.js", _htmx())
        self._add("service-worker.js", self._with_hashes(root / "pwa/service-worker.js"))

    def url(self, name: str) -> str:
        return self._urls[name]

    def asset(self, name: str) -> Asset:
        return self.by_url[self._urls[name]]

    def imported_by(self, names: Iterable[str]) -> list[str]:
        """All modules that these modules import, directly or through others."""
        found: list[str] = []
        wanted = [name for importer in names for name in self._imports[importer]]
        while wanted:
            name = wanted.pop(0)
            if name not in found:
                found.append(name)
                wanted += self._imports[name]
        return found

    def _add_scripts(self, paths: Iterable[Path]) -> None:
        """Add each module after its imports, because it contains their hashed names. Refuses a cycle."""
        sources = {path.name: _script(path) for path in sorted(paths)}
        self._imports = {name: IMPORT.findall(source) for name, source in sources.items()}
        for name in TopologicalSorter(self._imports).static_order():
            source = IMPORT.sub(lambda found: f'".{self.url(found[1]).removeprefix("/static")}"', sources[name])
            self._add(name, source.encode())

    def _with_hashes(self, path: Path) -> bytes:
        """The service worker with hashed script names, and a cache named by the hash of the whole app.

        A change to any asset, template or translation then changes the worker, so no old page meets a new script.
        """
        source = re.sub(r'"/static/([\w-]+\.js)"', lambda found: f'"{self.url(found[1])}"', _script(path))
        whole = hashlib.sha256("".join(self._urls.values()).encode())
        for shown in sorted({*path.parent.parent.glob("server/**/*.html"), *path.parent.parent.glob("server/**/*.po")}):
            whole.update(shown.read_bytes())
        return source.replace('"shell-0"', f'"shell-{whole.hexdigest()[:12]}"').encode()

    def _add(self, name: str, body: bytes) -> None:
        digest = hashlib.sha256(body).hexdigest()[:12]
        stem, _, ending = name.rpartition(".")
        url = f"/static/{stem}.{digest}.{ending}"
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._urls[name] = url
        self.by_url[url] = Asset(
            body=body,
            media_type=media_type,  # Litestar adds the charset for text
            etag=f'"{digest}"',
            is_text=f".{ending}" in TEXT,
        )


def _script(path: Path) -> str:
    """Strip comments and blanks, which no phone needs. Names stay as they are."""
    return str(rjsmin.jsmin(path.read_text()))


def _htmx() -> bytes:
    """The published htmx from the wheel of django-htmx; Django itself is not installed."""
    for file in files("django-htmx") or []:
        if str(file) == HTMX:
            return Path(str(file.locate())).read_bytes()
    raise FileNotFoundError("django-htmx 1.29 carries htmx-2.min.js; is it installed?")


def module_tags(assets: Assets, names: tuple[str, ...]) -> Markup:
    """The tags that load page scripts. They name the imports too, so that the browser fetches all at once."""
    imported = [assets.url(name) for name in assets.imported_by(names) if name not in names]
    preloads = [Markup('<link rel="modulepreload" href="{}">').format(url) for url in imported]
    scripts = [Markup('<script type="module" src="{}"></script>').format(assets.url(name)) for name in names]
    return Markup("\n").join([*preloads, *scripts])
