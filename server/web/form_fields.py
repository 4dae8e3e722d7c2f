"""Read submitted fields one by one, with limits."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.exceptions import ClientException

from server.language import gettext as _
from server.typed.direction import without_isolates
from server.typed.text import is_blank, one_line

STAFF_PAGE = re.compile(r"/staff(?:[/?#][!-\[\]-~]*)?")  # printable and no backslash
LONGEST = 2000  # characters per field
WHOLE = re.compile(r"-?[0-9]{1,9}")
LONG_WORD = 40  # characters; ids and times are shorter
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
SECRETS = ("password", "secret", "code", "proof", "_csrf_token", "back", "outbox")
PAGE_FIELD = "page"  # the page on which a form stands
PERSON_FIELD = "person"  # the patient whose page has the form, on a phone with several patients
HIDDEN = (
    "agree",
    "seen",
    "visit",
    "shown",
    "once",
    "typed",
    "unsaved",
    "instead_of",
    "replied",
    PAGE_FIELD,
    PERSON_FIELD,
)  # values that a page remembers and nobody typed
PRESSED = (
    "another",
    "anyway",
    "caregiver",
    "reply",
    "status",
    "step",
    "sure",
    "why",
)  # buttons of staff pages
Word = TypeVar("Word", bound=StrEnum)


class RereadRequest(Request[Any, Any, Any]):
    """A request whose body can still be read after its form.

    Litestar reads a multipart form from the network and keeps no body, so a guard and a transaction could not both read
    it. Mail programs send such a form to unsubscribe from emails (RFC 8058, case 128).
    """

    async def form(self) -> FormMultiDict:
        await self.body()
        try:
            return await super().form()
        except (LookupError, UnicodeDecodeError):  # an unknown charset, or bytes that are invalid in it
            raise ClientException("the form cannot be read") from None


async def form_of(request: Request[Any, Any, Any]) -> FormMultiDict:
    """The submitted form. `text` treats a file as absent."""
    return await request.form()


async def json_of(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The body as a JSON object. Raises ClientException (400) for any other body."""
    try:
        body = json.loads(await request.body())
        json.dumps(body, ensure_ascii=False).encode()  # rejects lone surrogates
    except (ValueError, RecursionError):
        raise ClientException("the body is not JSON") from None
    if not isinstance(body, dict):
        raise ClientException("the body is not a JSON object")
    return body


class BadForm(ClientException):
    """A form that we refuse. It comes back as it was sent, with these words at its fields (case 116)."""

    status_code = 422

    def __init__(self, form: FormMultiDict, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()), extra={"typed": typed_in(form)})
        self.faults = faults


class TooLong(BadForm):
    """A field holds more than fits. Nothing is cut (case 84)."""

    def __init__(self, form: FormMultiDict, name: str, length: int, longest: int) -> None:
        words = _("Your text is too long to save: it has %(length)s characters, and %(longest)s fit.")
        super().__init__(form, {name: words % {"length": length, "longest": longest}})


def text(form: FormMultiDict, name: str, longest: int = LONGEST) -> str:
    """The trimmed text of a field; "" if it is absent, or shows nothing (case 81). Raises TooLong."""
    value = form.get(name)
    kept = without_isolates(value).replace("\0", "").strip() if isinstance(value, str) else ""
    if len(kept) > longest:
        raise TooLong(form, name, len(kept), longest)
    return "" if is_blank(kept) else kept


def line(form: FormMultiDict, name: str, longest: int = LONGEST) -> str:
    """The text of a one-line field, such as a name, without invisible characters; "" if nothing visible is left."""
    return one_line(text(form, name, longest))


def fields_of(form: FormMultiDict) -> list[tuple[str, str]]:
    """All fields that tell one form from another, for server.double_presses."""
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name != "_csrf_token"]


def typed_in(form: FormMultiDict) -> list[str]:
    """Sentences that a person wrote, so that an error page can give them back; never a secret, a code or a choice."""
    written = [value for name, value in form.multi_items() if isinstance(value, str) and name not in SECRETS + HIDDEN]
    return [value.strip() for value in written if " " in value.strip() or len(value) > LONG_WORD]


def one_of(form: FormMultiDict, name: str, words: type[Word]) -> Word | None:
    """The chosen word; None if nothing was chosen. Raises BadForm for any other word."""
    typed = text(form, name)
    if typed and typed not in tuple(words):
        raise not_chosen(form, name)
    return words(typed) if typed else None


def not_chosen(form: FormMultiDict, name: str) -> BadForm:
    return BadForm(form, {name: _("Please choose one of these.")})


def is_yes(form: FormMultiDict, name: str) -> bool:
    """Whether the person pressed the button of that name to go on after all."""
    return text(form, name, 3) == "yes"


def texts(form: FormMultiDict, name: str) -> list[str]:
    return [value for value in form.getall(name, []) if isinstance(value, str)]


def whole(form: FormMultiDict, name: str) -> int | None:
    """The number; None if the field is empty. Raises BadForm for anything but a whole number."""
    value = text(form, name)
    if value and not WHOLE.fullmatch(value):
        raise BadForm(form, {name: _("Please write a whole number.")})
    return int(value) if value else None


def way_back(form: FormMultiDict, otherwise: str) -> str:
    """The address that the form returns to, if it is a staff page; else `otherwise`."""
    address = text(form, "back", 300)
    return address if STAFF_PAGE.fullmatch(address) else otherwise


def a_date(form: FormMultiDict, name: str) -> date | None:
    """The date; None if the field is empty. Raises BadForm for anything but a date."""
    typed = text(form, name)
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise BadForm(form, {name: _("That isn't a date. Please write it like 2026-03-14.")}) from None


def a_time(form: FormMultiDict, name: str) -> time | None:
    """The time; None if the field is empty. Raises BadForm for anything but a time."""
    typed = text(form, name)
    try:
        return datetime.strptime(typed, "%H:%M").time() if typed else None
    except ValueError:
        raise BadForm(form, {name: _("That isn't a time. Please write it like 14:30.")}) from None
