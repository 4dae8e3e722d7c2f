"""Names that every page module imports: injected parameters, and who may use a route."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from litestar.connection import ASGIConnection, Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor, Visitor
from server.db import Database, Work
from server.settings import Settings


class MayOpen(StrEnum):
    """The audience of a route. A clinician's route is an admin's too."""

    ANYONE = "anyone"
    PERSON = "person"
    PATIENT = "patient"
    STAFF = "staff"
    CLINICIAN = "clinician"
    ADMIN = "admin"


Ask = Request[Visitor, Any, State]
# Also a connection that is no request yet, as in a guard or a middleware.
Connection = ASGIConnection[Any, Visitor, Any, State]

# Parameters that Litestar injects by name (see providers.py).
Db = NamedDependency[AsyncSession]

# Db, Who and Now in one: what a flow needs.
InWork = NamedDependency[Work]

# For a handler that must not hold a transaction while it waits; it opens its own.
Storage = NamedDependency[Database]
Who = NamedDependency[Actor]
Now = NamedDependency[datetime]
Given = NamedDependency[Settings]

ANYONE = {"who": MayOpen.ANYONE}
PERSON = {"who": MayOpen.PERSON}
PATIENT = {"who": MayOpen.PATIENT}
STAFF = {"who": MayOpen.STAFF}
CLINICIAN = {"who": MayOpen.CLINICIAN}  # and admins
ADMIN = {"who": MayOpen.ADMIN}

# For scripts of the page or the service worker, which have no form to carry a CSRF token.
SAME_ORIGIN = {"no_csrf": True, "same_origin": True}
TELLS_LEFT = {"tells_left": True}  # refuses entries that arrive after consent was withdrawn, and says so
BY_OWNER = {"by_owner": True}  # sent as its owner, whoever is active on the phone (case 97)
BY_ANYONE_HERE = {"by_anyone_here": True}  # even if the active session has ended and another goes on (case 97)
WRITES = {"writes": True}  # a GET that writes, such as "opened by"
