"""Names that every page module imports: injected parameters, and who may use a route."""

from datetime import datetime
from typing import Any

from litestar.connection import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor, Visitor
from server.settings import Settings

Ask = Request[Visitor, Any, State]


# Parameters that Litestar injects by name (see app.py).
Db = NamedDependency[AsyncSession]


Who = NamedDependency[Actor]


Now = NamedDependency[datetime]


Given = NamedDependency[Settings]


ANYONE = {"who": "anyone"}


PERSON = {"who": "person"}


PATIENT = {"who": "patient"}


STAFF = {"who": "staff"}


CLINICIAN = {"who": "clinician"}  # and admins


ADMIN = {"who": "admin"}


# For scripts of the page or the service worker, which have no form to carry a CSRF token.
SAME_ORIGIN = {"no_csrf": True, "same_origin": True}


TELLS_LEFT = {"tells_left": True}  # refuses what arrives after consent was withdrawn, and says so


WRITES = {"writes": True}  # a GET that writes, such as "opened by"
