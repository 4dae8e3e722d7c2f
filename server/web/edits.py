"""Two people who edit the same thing: the later save must lose nothing of the earlier one (case 89).

A form carries a mark of each value that it showed. If a value is another one now, nothing is saved: the page comes back
with what was typed where the person changed something, and with the newer value where not.
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


def marks(shown: Values) -> str:
    """For the hidden field `seen`: a short hash of each value. Whoever has the page knows the values anyway."""
    return " ".join(f"{name}={_mark(value)}" for name, value in shown.items())


def merge(typed: FormMultiDict, now: Values) -> Merged:
    """Compare with `now`, the values as they are stored. A page without marks is from before this version."""
    seen = dict(each.split("=", 1) for each in str(typed.get("seen") or "").split() if "=" in each)
    others = {name: value for name, value in now.items() if name in seen and _mark(value) != seen[name]}
    changed = {name: value for name, value in others.items() if typed.get(name, "") != value}
    untouched = {name: value for name, value in changed.items() if _mark(str(typed.get(name, ""))) == seen[name]}
    kept = [(name, value) for name, value in typed.multi_items() if name not in untouched]
    return Merged(FormMultiDict([*kept, *untouched.items()]), changed)


def _mark(value: str) -> str:
    return crypto.keyed_hash("\n".join(value.split()), "edits")[:12]
