"""A form of staff that came after the session ended, kept in the page for signing in (case 91)."""

import json
from typing import Any

from litestar import Request
from litestar.datastructures import FormMultiDict

from server.web.form_fields import HIDDEN, PRESSED, SECRETS, STAFF_PAGE, typed_in
from server.web.refused_forms.own_page import Sent

FIELD = "unsaved"


def pack(request: Request[Any, Any, Any], form: FormMultiDict) -> str:
    """The form without its secrets, as text for a hidden field; "" if nobody typed or chose anything."""
    sent = Sent.by(request, form)
    entered = [values for name, values in sent.texts.items() if name not in SECRETS + HIDDEN + PRESSED]
    if not any(value for values in entered for value in values):
        return ""
    return json.dumps([sent.path, sent.page, {name: sent.texts[name] for name in sent.texts if name not in SECRETS}])


def unpack(form: FormMultiDict) -> Sent | None:
    """The form that the page for signing in kept; None if it kept none, or the field holds something else."""
    try:
        path, page, texts = json.loads(str(form.get(FIELD, "")))
        sent = Sent(str(path), str(page), {str(name): [str(each) for each in values] for name, values in texts.items()})
    except (ValueError, TypeError, AttributeError):
        return None
    is_ours = STAFF_PAGE.fullmatch(sent.path) and (not sent.page or STAFF_PAGE.fullmatch(sent.page))
    return sent if is_ours else None


def written(sent: Sent | None) -> list[str]:
    """Sentences that a person wrote, to show them."""
    if sent is None:
        return []
    return typed_in(FormMultiDict([(name, value) for name, values in sent.texts.items() for value in values]))
