"""Email addresses as people type them, and as mail servers want them: pure, without any network look-up."""

from email.headerregistry import Address
from typing import TYPE_CHECKING

from server.typed.text import one_line

if TYPE_CHECKING:
    from email_validator import ValidatedEmail


def read(typed: str) -> str | None:
    """The address without invisible characters, in its normal form; None if no email can be sent to it (case 80)."""
    found = _validated(one_line(typed))
    return found.normalized if found else None


def compared(typed: str) -> str:
    """The form in which we compare addresses. A text that is no address has one too."""
    return (read(typed) or one_line(typed)).casefold()


def sendable(address: str) -> str:
    """The address in ASCII, as mail servers want it: a domain in other letters in its `xn--` form."""
    found = _validated(address)
    return found.ascii_email or address if found else address


def sender(typed: str) -> str | None:
    """The From field of `care@example.org` or `Harbor Clinic <care@example.org>`; None if it can send nothing."""
    name, bracket, rest = one_line(typed).rpartition("<")
    found = _validated(rest.removesuffix(">").strip())
    if found is None or found.ascii_email is None:
        return None
    return str(Address(name.strip().strip('"').strip(), addr_spec=found.ascii_email)) if bracket else found.ascii_email


def _validated(address: str) -> "ValidatedEmail | None":
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return None
