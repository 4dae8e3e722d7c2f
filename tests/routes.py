"""Every route of the application, with its complete address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute

from server.app import ROUTERS
from server.providers import DEPENDENCIES


@dataclass(frozen=True)
class Route:
    """A handler: its module, its addresses (with those of earlier versions), its methods and its `opt`."""

    module: str
    paths: frozenset[str]
    http_methods: frozenset[str]
    opt: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{'/'.join(sorted(self.http_methods))} {min(self.paths)}"


def _routes() -> list[Route]:
    app = Litestar(route_handlers=ROUTERS, dependencies=DEPENDENCIES, openapi_config=None)
    found: dict[Any, list[Any]] = {}
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            if "OPTIONS" not in handler.http_methods:  # Litestar answers these by itself
                found.setdefault(handler.fn, []).append((route.path, handler))
    routes = [
        Route(fn.__module__, frozenset(path for path, _ in each), frozenset(each[0][1].http_methods), each[0][1].opt)
        for fn, each in found.items()
    ]
    return sorted(routes, key=lambda route: route.name)  # every process of a parallel run must see the same order


ROUTES = _routes()
