"""Words for templates: texts whose names are isolated, and days relative to the reader's today."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from server.actor import Visitor
from server.clock import to_wall
from server.typed.direction import isolated

_today: ContextVar[date | None] = ContextVar("today", default=None)


def from_today(words: Callable[[Any, date | None], str]) -> Callable[[Any], str]:
    """The same filter, which knows the reader's today: it adds the year to a day in another year (case 103)."""
    return lambda moment: words(moment, _today.get())


@contextmanager
def read_by(visitor: Visitor, now: datetime) -> Iterator[None]:
    """Set the reader's today while a template is drawn for this visitor."""
    reader = visitor.staff or visitor.person
    token = _today.set(to_wall(now, reader.zone if reader else "UTC").date())
    try:
        yield
    finally:
        _today.reset(token)


def isolating(translate: Callable[..., str]) -> Callable[..., str]:
    """The same function, but it isolates each name or word that it puts into a text."""

    @pass_context
    def translated(context: Context, *texts: Any, **put_in: Any) -> str:
        text = translate(context, *texts, **{name: isolated(value) for name, value in put_in.items()})
        return text.replace(".m..", ".m.")  # a Spanish hour at the end of a sentence: its dot ends the sentence too

    return translated
