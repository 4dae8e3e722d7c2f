"""What handlers are given, and whom a route is for: the names that every page imports."""

from datetime import datetime
from typing import Any

from litestar.connection import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor, Visitor
from server.settings import Settings

Ask = Request[Visitor, Any, State]


# What a handler is handed by name (see app.py).
Db = NamedDependency[AsyncSession]


Who = NamedDependency[Actor]


Now = NamedDependency[datetime]


Given = NamedDependency[Settings]


ANYONE = {"who": "anyone"}


PERSON = {"who": "person"}


PATIENT = {"who": "patient"}


STAFF = {"who": "staff"}


CLINICIAN = {"who": "clinician"}  # an admin too


ADMIN = {"who": "admin"}


# Called by script, from the page or its worker, which has no form to carry a CSRF token in.
SAME_ORIGIN = {"no_csrf": True, "same_origin": True}


TELLS_LEFT = {"tells_left": True}  # refused in clear words to whom it was open until consent was taken back


WRITES = {"writes": True}  # a GET that leaves a trace, such as "opened by"
