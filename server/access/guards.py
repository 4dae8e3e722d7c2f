"""Who may open which route. Every route names its audience (`opt={"who": …}`); a route without one is closed."""

from dataclasses import replace
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.exceptions import HTTPException, NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, crypto, language
from server.access import rules as access_rules
from server.access.models import Device, DeviceSession
from server.actor import Actor, ActorKind, Role, Visitor
from server.db import Work
from server.people import rules
from server.people.models import Caregiver, Clinic, Patient, Staff
from server.web.dependencies import Ask, MayOpen

PERSON_COOKIE = "__Host-interlude"
STAFF_COOKIE = "__Host-interlude-desk"
LANGUAGE_COOKIE = "__Host-language"

Connection = ASGIConnection[Any, Visitor, Any, State]


class WhoAsks(AbstractAuthenticationMiddleware):
    """Resolves the session cookies of a request to a Visitor; an invalid or ended session counts as signed out."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        person, staff = connection.cookies.get(PERSON_COOKIE), connection.cookies.get(STAFF_COOKIE)
        if not person and not staff:
            return AuthenticationResult(user=Visitor(), auth=None)
        now = connection.app.state.clock()
        async with connection.app.state.database.reading() as db:
            actor = await _actor_by(db, person, now, of_staff=False) if person else None
            visitor = Visitor(
                person=actor,
                staff=await _actor_by(db, staff, now, of_staff=True) if staff else None,
                left=await _left_by(db, person) if person and not actor else None,
            )
        return AuthenticationResult(user=visitor, auth=None)


async def _actor_by(db: AsyncSession, token: str, now: Any, of_staff: bool) -> Actor | None:
    row = (
        await db.execute(
            select(DeviceSession, Device)
            .join(Device, Device.id == DeviceSession.device_id)
            .where(
                DeviceSession.token_hash == crypto.token_hash(token),
                DeviceSession.ended_at.is_(None),
                DeviceSession.expires_at > now,
                Device.ended_at.is_(None),
            )
        )
    ).first()
    if row is None:
        return None
    session, device = row
    if of_staff:
        return await _staff_actor(db, session, device)
    return await _person_actor(db, session, device)


async def _left_by(db: AsyncSession, token: str) -> Actor | None:
    """The actor of an ended session, if the patient withdrew consent; otherwise None."""
    device = await db.scalar(
        select(Device)
        .join(DeviceSession, DeviceSession.device_id == Device.id)
        .where(DeviceSession.token_hash == crypto.token_hash(token), Device.staff_id.is_(None))
    )
    caregiver = await db.get(Caregiver, device.caregiver_id) if device and device.caregiver_id else None
    patient_id = caregiver.patient_id if caregiver else device.patient_id if device else None
    patient = await db.get(Patient, patient_id) if patient_id else None
    if patient is None or patient.pause_reason != rules.CONSENT_WITHDRAWN:
        return None
    if caregiver is not None:
        return Actor(ActorKind.CAREGIVER, caregiver.id, patient.clinic_id, patient_id=patient.id)
    return Actor(ActorKind.PATIENT, patient.id, patient.clinic_id, patient_id=patient.id)


async def _staff_actor(db: AsyncSession, session: DeviceSession, device: Device) -> Actor | None:
    staff = await db.get(Staff, device.staff_id) if device.staff_id else None
    if staff is None or staff.ended_at is not None:
        return None
    clinic = await db.get_one(Clinic, staff.clinic_id)
    return Actor(
        ActorKind.STAFF,
        staff.id,
        staff.clinic_id,
        name=staff.name,
        role=staff.role,
        device_id=device.id,
        session_id=session.id,
        zone=clinic.zone,
    )


async def _person_actor(db: AsyncSession, session: DeviceSession, device: Device) -> Actor | None:
    caregiver = await db.get(Caregiver, device.caregiver_id) if device.caregiver_id else None
    if caregiver is not None and caregiver.ended_at is not None:
        return None
    patient_id = caregiver.patient_id if caregiver else device.patient_id
    patient = await db.get(Patient, patient_id) if patient_id else None
    if patient is None:
        return None
    return Actor(
        ActorKind.CAREGIVER if caregiver else ActorKind.PATIENT,
        caregiver.id if caregiver else patient.id,
        patient.clinic_id,
        name=caregiver.name if caregiver else patient.name,
        patient_id=patient.id,
        device_id=device.id,
        session_id=session.id,
        locale=patient.locale,
        zone=patient.zone,
    )


async def admit(connection: Connection, handler: BaseRouteHandler) -> None:
    """The app's only guard: raises unless the handler's audience includes the visitor."""
    who = handler.opt.get("who")
    if handler.opt.get("same_origin") and not is_same_origin(connection):
        raise PermissionDeniedException("This did not come from Interlude's own pages.")
    if who == MayOpen.ANYONE:
        return
    actor = asking(connection, who)
    if actor is None and handler.opt.get("tells_left"):
        await _refuse_who_left(connection)
    if actor is None:
        raise NotAuthorizedException(extra={"who": who})
    if who == MayOpen.ADMIN and actor.role != Role.ADMIN:
        raise PermissionDeniedException("Only an admin of the clinic may do this.")
    if who == MayOpen.CLINICIAN and actor.role not in (Role.CLINICIAN, Role.ADMIN):
        raise PermissionDeniedException("Only a clinician or an admin of the clinic may do this.")
    if who == MayOpen.PATIENT and actor.kind != ActorKind.PATIENT:
        raise PermissionDeniedException("Only the patient may do this.")


async def _refuse_who_left(connection: Connection) -> None:
    """Answers that arrive after the patient left: refuse with 410 and record that in the audit trail (case 51)."""
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


def session_cookie(token: str, of_staff: bool = False) -> Cookie:
    """`__Host-`: sent to this host only, over https (or localhost) only. HttpOnly: scripts cannot read it."""
    life = access_rules.STAFF_SESSION_LIFE if of_staff else access_rules.PERSON_SESSION_LIFE
    return Cookie(
        key=STAFF_COOKIE if of_staff else PERSON_COOKIE,
        value=token,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
        max_age=int(life.total_seconds()),
    )


def session_token(connection: Connection) -> str:
    """The person's session token in this browser's cookie, even if the session has expired; "" if there is none."""
    return connection.cookies.get(PERSON_COOKIE, "")


def ended_cookie(of_staff: bool = False) -> Cookie:
    """Deletes the session cookie. Browsers delete a `__Host-` cookie only if the attributes are the same."""
    return replace(session_cookie("", of_staff), max_age=0)


def source_of(request: Ask) -> str:
    """The client address, to count guesses by. uvicorn has already resolved the proxies that it trusts."""
    return request.client.host if request.client else "unknown"


def spoken_with(connection: Connection) -> str:
    """The language of this request.

    A patient's own language comes first. For anyone else (also a caregiver) it is the one chosen in this browser,
    then a caregiver's patient's language, then the browser's Accept-Language.
    """
    visitor: Visitor = connection.scope.get("user") or Visitor()
    person = None if connection.url.path.startswith("/staff") else visitor.person
    chosen = chosen_language(connection)
    if person and (person.kind == ActorKind.PATIENT or not chosen):
        return person.locale
    return chosen or language.accepted(connection.headers.get("accept-language", ""))


def chosen_language(connection: Connection) -> str | None:
    """The language chosen in this browser, before or after signing in; None if there is none."""
    chosen = connection.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in language.LANGUAGES else None


def language_cookie(locale: str) -> Cookie:
    return replace(session_cookie(locale), key=LANGUAGE_COOKIE)
