"""Tables: devices, their subscriptions, and how people sign in: codes, requests, sessions, passkeys, consent."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.access.rules import SessionEnd, SubscriptionEnd
from server.crypto import Sealed
from server.db import Base, OfClinic


class StaffLink(OfClinic, Base):
    """A one-time sign-in link, made by an admin or on the command line."""

    __tablename__ = "staff_link"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PairingCode(OfClinic, Base):
    """Eight digits that pair one device with a person; short-lived, single use.

    A code used in a browser on an iPhone or iPad (`browser_id`) stays reserved for the app on the Home Screen until
    `reserved_until`: the app takes over from that browser.
    """

    __tablename__ = "pairing_code"

    code_hash: Mapped[str] = mapped_column(String(64), index=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    caregiver_id: Mapped[str | None] = mapped_column(ForeignKey("caregiver.id"))
    made_by: Mapped[str] = mapped_column(String(40))
    device_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"), index=True)  # its issuer; None for staff
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    browser_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"), index=True)
    reserved_until: Mapped[datetime | None]


class JoinRequest(Base):
    """A new device shows a number and waits; somebody who may approve it types that number on their own screen."""

    __tablename__ = "join_request"

    code_hash: Mapped[str] = mapped_column(String(64), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device_name: Mapped[str] = mapped_column(String(60))
    expires_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    pairing_id: Mapped[str | None] = mapped_column(ForeignKey("pairing_code.id"))


class Device(OfClinic, Base):
    """One installed app (or browser) of exactly one patient, caregiver or staff member."""

    __tablename__ = "device"

    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patient.id"), index=True)
    caregiver_id: Mapped[str | None] = mapped_column(ForeignKey("caregiver.id"), index=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    joined_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[SessionEnd | None]
    successor_id: Mapped[str | None] = mapped_column(
        ForeignKey("device.id"), index=True
    )  # the device that replaced it, in the same browser or on its phone


class DeviceSession(OfClinic, Base):
    """A sign-in on a device, until it expires or somebody ends it."""

    __tablename__ = "device_session"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Passkey(OfClinic, Base):
    """A key in a person's device that signs them in again; we store its public half.

    `device_id` is the device that made it; None for passkeys from before we recorded that.
    """

    __tablename__ = "passkey"

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    caregiver_id: Mapped[str | None] = mapped_column(ForeignKey("caregiver.id"))
    device_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    credential_hash: Mapped[str] = mapped_column(String(64), unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class PasskeyUse(OfClinic, Base):
    """A device that signed in with a passkey: it holds that key, whichever device made it."""

    __tablename__ = "passkey_use"

    passkey_id: Mapped[str] = mapped_column(ForeignKey("passkey.id"), index=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), unique=True)
    at: Mapped[datetime]


class Challenge(Base):
    """A value for a passkey to sign: issued once, answered once, valid for minutes."""

    __tablename__ = "challenge"

    challenge_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Subscription(OfClinic, Base):
    """The push endpoint of a device. A new owner of the phone takes it over; caregivers on one phone share it."""

    __tablename__ = "subscription"
    __table_args__ = (UniqueConstraint("endpoint_hash", "device_id"),)

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), index=True)
    endpoint_sealed: Mapped[bytes]
    endpoint = Sealed[str]("subscription.endpoint")
    endpoint_hash: Mapped[str] = mapped_column(String(64))
    p256dh_sealed: Mapped[bytes]
    p256dh = Sealed[str]("subscription.p256dh")
    auth_sealed: Mapped[bytes]
    auth = Sealed[str]("subscription.auth")
    vapid_key: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[SubscriptionEnd | None]


class Consent(OfClinic, Base):
    """A person agreed to one version of the privacy notice, on one device."""

    __tablename__ = "consent"

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    caregiver_id: Mapped[str | None] = mapped_column(ForeignKey("caregiver.id"))
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"))
    version: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Guesses(Base):
    """How often one source tried a secret in one window; shared by all web processes."""

    __tablename__ = "guesses"
    __table_args__ = (UniqueConstraint("source_hash", "window"),)

    source_hash: Mapped[str] = mapped_column(String(64))
    window: Mapped[int]
    count: Mapped[int] = mapped_column(default=0)
