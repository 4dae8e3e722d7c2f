"""Two people edit the same form: the later save must lose nothing of the earlier one (case 89).

A form carries a mark of each value that it showed. If a value has changed since, nothing is saved: the page comes back
with the person's text in the fields that the person changed, and with the newer value in all others.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from litestar.datastructures import FormMultiDict

from server import crypto

Values = Mapping[str, str]  # a form's field → its text


@dataclass(frozen=True)
class Merged:
    """`form` is what to show or to save; `changed` are the newer values of fields that somebody else has changed."""

    form: FormMultiDict
    changed: dict[str, str]


def is_older(shown: str, now: str) -> bool:
    """Whether a page showed another value than `now`. A page of an earlier version does not say."""
    return shown not in ("", now)


def asked(question: str) -> str:
    """The value of the button that says yes to a question, so that the press counts for that question alone."""
    return _mark(question)


def goes_on(form: FormMultiDict, button: str, question: str) -> bool:
    """Whether the button was pressed on a page that asked this. A button of an earlier version says "yes" to all."""
    return form.get(button) in ("yes", asked(question))


def marks(shown: Values) -> str:
    """For the hidden field `seen`: a short hash of each value. Anybody who has the page knows the values anyway."""
    return " ".join(f"{name}={_mark(value)}" for name, value in shown.items())


def merge(typed: FormMultiDict, now: Values) -> Merged:
    """Compare with `now`, the values as they are stored. A page without marks is from before this version.

    A field that the page did not have, such as that of a colleague who joined meanwhile, keeps its value.
    """
    seen = dict(each.split("=", 1) for each in str(typed.get("seen") or "").split() if "=" in each)
    others = {name: value for name, value in now.items() if name in seen and _mark(value) != seen[name]}
    changed = {name: value for name, value in others.items() if _typed(typed, name) != value}
    untouched = {name: value for name, value in changed.items() if _mark(_typed(typed, name)) == seen[name]}
    new = {name: value for name, value in now.items() if seen and name not in seen and name not in typed}
    kept = [(name, value) for name, value in typed.multi_items() if name not in untouched]
    return Merged(FormMultiDict([*kept, *untouched.items(), *new.items()]), changed)


def _typed(form: FormMultiDict, name: str) -> str:
    """The field's text; for several checkboxes, or a list with a field to add to it, all values."""
    return " ".join(value for value in form.getall(name, []) if isinstance(value, str) and value)


def _mark(value: str) -> str:
    return crypto.keyed_hash("\n".join(value.split()), "edits")[:12]
