"""Assets have hashed names, are compressed and cached, and include a shell that is served before sign-in."""

import gzip
import hashlib
import re
import shutil
from graphlib import CycleError
from pathlib import Path

import brotli
import pytest

from server.web.assets import ROOT, Assets, module_tags


def test_a_name_contains_the_hash_of_the_content(assets: Assets) -> None:
    for url, asset in assets.by_url.items():
        digest = hashlib.sha256(asset.body).hexdigest()
        found = re.search(r"\.([0-9a-f]{12})\.", url)
        assert found is not None
        assert digest.startswith(found[1])


def test_a_compressed_asset_decompresses_to_the_original(assets: Assets) -> None:
    style = assets.asset("app.css")
    assert style.br is not None
    assert style.gzip is not None
    assert brotli.decompress(style.br) == gzip.decompress(style.gzip) == style.body
    assert len(style.br) < len(style.gzip) < len(style.body)


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("", None), ("identity", None)]
)
def test_the_smallest_encoding_that_the_browser_accepts_is_served(
    assets: Assets, accepted: str, encoding: str | None
) -> None:
    assert assets.asset("app.css").encoded(accepted)[1] == encoding
    assert assets.asset("icon-192.png").encoded(accepted)[1] is None


def modules(folder: Path, **sources: str) -> Assets:
    """The app's assets, with these page scripts instead of its own."""
    (folder / "pwa").mkdir(exist_ok=True)
    shutil.copy(ROOT / "pwa/service-worker.js", folder / "pwa")
    for name in ("store", "offline-bundle", "outbox", "kept-text", "receipts", "shell"):
        (folder / f"pwa/{name}.js").touch()
    for name, source in sources.items():
        (folder / f"pwa/{name}.js").write_text(source)
    return Assets(folder)


def test_a_module_imports_others_by_their_hashed_addresses(tmp_path: Path) -> None:
    found = modules(tmp_path, page='import { post } from "./base.js";', base="export const post = 1;")
    base = found.url("base.js").removeprefix("/static")
    assert found.asset("page.js").body.decode() == f'import{{post}}from".{base}";'
    page, worker = found.url("page.js"), found.url("service-worker.js")
    changed = modules(tmp_path, base="export const post = 2;")
    assert (changed.url("page.js") != page, changed.url("service-worker.js") != worker) == (True, True)


def test_circular_imports_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CycleError):
        modules(tmp_path, one='import "./two.js";', two='import "./one.js";')


def test_a_module_is_loaded_with_its_imports_once_each(tmp_path: Path) -> None:
    found = modules(
        tmp_path, page='import "./part.js";', part='import "./base.js";', app='import "./base.js";', base=""
    )
    assert re.findall(
        r"(preload|module)\W+(?:href|src)=\W/static/(\w+)\.", module_tags(found, ("app.js", "page.js"))
    ) == [
        ("preload", "base"),
        ("preload", "part"),
        ("module", "app"),
        ("module", "page"),
    ]


SOURCE = """\
// One.
/**
 * @param {number} n
 */
function f(n) {
  /** @type {X} */
  const at = "https://example"; // two
  const path = `a  // ${n}`;
  return /** @type {Y} */ (g(at, path)) * /[/]  x/.exec(n);
}
"""
SENT = 'function f(n){const at="https://example";const path=`a  // ${n}`;return(g(at,path))*/[/]  x/.exec(n);}'


def test_comments_types_and_blanks_are_not_sent_to_phones(tmp_path: Path) -> None:
    assert modules(tmp_path, page=SOURCE).asset("page.js").body.decode() == SENT


def test_htmx_comes_from_its_package_without_a_download(assets: Assets) -> None:
    assert b"htmx" in assets.asset("htmx.js").body[:200]
    assert assets.asset("htmx.js").media_type.startswith("text/javascript")
