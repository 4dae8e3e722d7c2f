"""Every route is registered and says who may use it; routes without a CSRF token have another check."""

from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest

from tests.routes import ROUTES, Route

ROOT = Path(__file__).parent.parent
WHO = {"anyone", "person", "patient", "staff", "clinician", "admin"}
NAME = attrgetter("name")


def test_every_module_of_pages_is_registered() -> None:
    """A router that no `routes.py` names serves nothing."""
    modules = [import_module(_module(path)) for path in sorted((ROOT / "server").rglob("*pages.py"))]
    handlers = {handler.fn for module in modules for route in module.router.routes for handler in route.route_handlers}
    assert len(ROUTES) == len({fn for fn in handlers if fn.__module__.startswith("server.")}) > 50


def _module(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")


@pytest.mark.parametrize("handler", ROUTES, ids=NAME)
def test_every_route_says_who_it_is_for(handler: Route) -> None:
    assert handler.opt.get("who") in WHO


@pytest.mark.parametrize("handler", [h for h in ROUTES if h.opt.get("no_csrf")], ids=NAME)
def test_case_62_a_route_without_csrf_checks_its_origin_or_takes_a_token(handler: Route) -> None:
    assert bool(handler.opt.get("same_origin")) != bool(handler.opt.get("by_token"))


def test_tokens_work_on_these_routes_only() -> None:
    assert {h.name for h in ROUTES if h.opt.get("by_token")} == {
        "POST /push/receipts",
        "POST /visits/reply",
        "POST /go/{token:str}",
        "POST /stop-email/{token:str}",
        "POST /texts/incoming",
    }


def test_only_staff_may_open_the_staff_pages() -> None:
    open_to_all = {"/staff/sign-in", "/staff/sign-in/elsewhere", "/staff/link"}
    for handler in ROUTES:
        of_staff = any(path.startswith("/staff") for path in handler.paths - open_to_all)
        assert (handler.opt["who"] in ("staff", "clinician", "admin")) == of_staff, handler.name
