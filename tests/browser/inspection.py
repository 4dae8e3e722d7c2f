"""Checks page after page, and reports all faults at the end."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import Page

from tests.routes import ROUTES

from .measures import Owed, faults_of

# GET addresses that no person reads, or that only redirect.
# Addresses of earlier versions, which lead to the same handlers as the new ones.
FORMER_ADDRESSES = {
    "/settings/phones/let-in",
    "/staff/clinic/reach",
    "/staff/patients/{patient_id:str}/let-in",
}
NO_PAGES = FORMER_ADDRESSES | {
    "/static/{path:path}",
    "/service-worker.js",
    "/manifest.json",
    "/offline/words",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/my-data.html",
    "/my-data.json",
    "/push/key",
    "/held",
    "/join/asked/state",
    "/staff/inbox/changes",
    "/check-ins/key",
    "/check-ins/{check_in_id:str}",
    "/check-ins/{check_in_id:str}/next",
    "/for/{device_id:str}",
    "/for/{device_id:str}/{path:path}",
    "/whose/{path:path}",
    "/visits/{appointment_id:str}/visit.ics",
}


# Set when pictures of the pages are wanted instead (pictures.py).
camera: Callable[[Page, str, Owed], Awaitable[None]] | None = None


@dataclass
class Inspection:
    page: Page
    owed: Owed
    faults: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    visited: list[str] = field(default_factory=list)  # pages that can be opened again by their address

    async def visit(self, path: str, name: str = "") -> None:
        await self.page.goto(path)
        self.visited.append(path)
        await self.look(name or path)

    async def look(self, name: str) -> None:
        """Check the page as it is now."""
        await self.page.wait_for_load_state()
        self.seen.add(urlsplit(self.page.url).path)
        if camera is not None:
            return await camera(self.page, name, self.owed)
        self.faults += [f"{name}: {fault}" for fault in await faults_of(self.page, self.owed)]


def all_pages() -> set[str]:
    """The addresses of all pages of the app, from its router."""
    return {path for route in ROUTES if "GET" in route.http_methods for path in route.paths} - NO_PAGES


def looked_at(inspections: list[Inspection]) -> set[str]:
    """Which of them have been checked."""
    seen = set().union(*(inspection.seen for inspection in inspections))
    return {path for path in all_pages() if any(_pattern(path).fullmatch(one) for one in seen)}


def report_of(inspections: list[Inspection]) -> str:
    faults = [fault for inspection in inspections for fault in inspection.faults]
    return "\n".join([f"{len(faults)} faults:", *faults]) if faults else ""


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(path)))
