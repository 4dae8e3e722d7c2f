"""Guards of the routes. Every route names its audience (`opt={"who": …}`); a route without one is closed."""

from typing import Any

from litestar.connection import Request
from litestar.exceptions import HTTPException, NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from server import audit, language
from server.access.cookies import chosen_language
from server.actor import Actor, ActorKind, Role, Visitor
from server.db import Work
from server.people.models import Patient
from server.web.dependencies import Ask, Connection, MayOpen
from server.web.form_fields import FORMS, PERSON_FIELD, json_of, typed_in
from server.web.refused_forms import unsaved


async def admit(connection: Connection, handler: BaseRouteHandler) -> None:
    """The app's only guard: raises unless the handler's audience includes the visitor."""
    who = handler.opt.get("who")
    if handler.opt.get("same_origin") and not is_same_origin(connection):
        raise PermissionDeniedException("This request did not come from Interlude's own pages.")
    await _choose_session(connection, handler)
    if who == MayOpen.ANYONE:
        return
    actor = asking(connection, who)
    if actor is None and handler.opt.get("tells_left"):
        await _refuse_who_left(connection)
    if actor is None:
        raise NotAuthorizedException(extra={"who": who} | await _unsaved(connection))
    if who == MayOpen.ADMIN and actor.role != Role.ADMIN:
        raise PermissionDeniedException("Only an admin of the clinic may do this.", extra={"needs": who})
    if who == MayOpen.CLINICIAN and actor.role not in (Role.CLINICIAN, Role.ADMIN):
        raise PermissionDeniedException("Only a clinician or an admin of the clinic may do this.", extra={"needs": who})
    if who == MayOpen.PATIENT and actor.kind != ActorKind.PATIENT:
        raise PermissionDeniedException("Only the patient may do this.", extra={"needs": who})


async def _choose_session(connection: Connection, handler: BaseRouteHandler) -> None:
    """Choose the session that makes this request, if the phone carries several (case 97)."""
    if handler.opt.get("by_anyone_here"):
        _ask_as_anyone_here(connection)
    elif handler.opt.get("by_owner"):
        await _ask_as_owner(connection)
    else:
        await _act_as_drawn(connection, handler.opt.get("who"))


async def _unsaved(connection: Connection) -> dict[str, Any]:
    """The text of a form that was sent after its session ended, to show it again after the sign-in (case 91)."""
    if not isinstance(connection, Request) or connection.method != "POST":
        return {}
    form = await connection.form()
    return {"typed": typed_in(form), "unsaved": unsaved.pack(connection, form)}


def _ask_as_anyone_here(connection: Connection) -> None:
    """If the active session has ended, use the phone's next session (case 97)."""
    visitor: Visitor = connection.scope.get("user") or Visitor()
    if visitor.person is None and visitor.others:
        connection.scope["user"] = visitor.sending_for(visitor.others[0].id)


async def _ask_as_owner(connection: Connection) -> None:
    """Accept waiting entries from a phone as the person who made them, if still signed in there (case 97).

    Otherwise refuse them with 403; they stay on the phone (case 46).
    """
    visitor: Visitor = connection.scope.get("user") or Visitor()
    if not isinstance(connection, Request) or not (visitor.people or visitor.left or visitor.others_left):
        return
    owner = (await json_of(connection)).get("owner", "")
    connection.scope["user"] = visitor = visitor.sending_for(owner if isinstance(owner, str) else "")
    if visitor.person and owner not in ("", visitor.person.id):
        raise PermissionDeniedException("These entries belong to another person.")


async def _act_as_drawn(connection: Connection, who: MayOpen | None) -> None:
    """Submit a form as the person whose page showed it, even if another session is active by now (case 97)."""
    visitor: Visitor = connection.scope.get("user") or Visitor()
    if not isinstance(connection, Request) or connection.method != "POST" or connection.content_type[0] not in FORMS:
        return
    drawn = (await connection.form()).get(PERSON_FIELD)
    if not isinstance(drawn, str) or (visitor.person and visitor.person.id == drawn):
        return
    acting = visitor.sending_for(drawn)
    if acting.person is None or acting.person.id != drawn:
        raise NotAuthorizedException(extra={"who": who} | await _unsaved(connection))
    connection.scope["user"] = acting


async def _refuse_who_left(connection: Connection) -> None:
    """Refuse answers that arrive after the patient left, with 410, and record that in the audit trail (case 51)."""
    visitor: Visitor = connection.scope.get("user") or Visitor()
    if visitor.left is None:
        return
    state = connection.app.state
    async with state.database.writing() as db:
        patient = await db.get_one(Patient, visitor.left.patient_id)
        audit.record(Work(db, visitor.left, state.clock()), "check-in.refused", patient, why="left")
    raise HTTPException(status_code=410, detail="left")


def is_same_origin(connection: Connection) -> bool:
    """Check Sec-Fetch-Site if the browser sends it. The Origin must be ours in any case."""
    site = connection.headers.get("sec-fetch-site", "same-origin")
    origin, host = connection.headers.get("origin", ""), connection.headers.get("host", "")
    base_url: str = connection.app.state.settings.base_url
    return site == "same-origin" and origin in (base_url, f"{base_url.partition('://')[0]}://{host}")


def asking(connection: Connection, who: MayOpen | None) -> Actor | None:
    visitor: Visitor = connection.scope.get("user") or Visitor()
    return {
        MayOpen.PERSON: visitor.person,
        MayOpen.PATIENT: visitor.person,
        MayOpen.STAFF: visitor.staff,
        MayOpen.CLINICIAN: visitor.staff,
        MayOpen.ADMIN: visitor.staff,
    }.get(who or MayOpen.ANYONE)


def source_of(request: Ask) -> str:
    """The client address, for counting guesses. uvicorn has already resolved the proxies that it trusts."""
    return request.client.host if request.client else "unknown"


def spoken_with(connection: Connection) -> str:
    """The language of this request.

    A patient's own language comes first. Anyone else, also a caregiver, gets the language chosen in this
    browser, then the language of the caregiver's patient, then the browser's Accept-Language.
    """
    visitor: Visitor = connection.scope.get("user") or Visitor()
    person = None if connection.url.path.startswith("/staff") else visitor.person
    chosen = chosen_language(connection)
    if person and (person.kind == ActorKind.PATIENT or not chosen):
        return person.locale
    return chosen or language.accepted(connection.headers.get("accept-language", ""))
