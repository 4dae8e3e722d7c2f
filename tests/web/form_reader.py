"""Reads the forms of a page as a browser without a screen would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

TEXTS = ("text", "textarea", "tel", "email", "search")
CHOSEN = ("radio", "checkbox")


@dataclass
class Field:
    """A field as the page shows it. `described` are the ids of what explains it."""

    name: str
    kind: str
    value: str = ""
    is_chosen: bool = False
    is_wrong: bool = False
    described: tuple[str, ...] = ()
    is_required: bool = False  # a <select> of this kind counts as chosen
    is_once: bool = False  # a code that works once


@dataclass
class PageForm:
    """A form of a page, with its fields in order."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)

    def sent(self) -> dict[str, str]:
        """What the form sends as it stands, with its first button."""
        sent: dict[str, str] = {}
        for each in self.fields:
            if each.kind not in CHOSEN or each.is_chosen:
                sent.setdefault(each.name, each.value)
        return sent

    def named(self, name: str) -> list[Field]:
        return [each for each in self.fields if each.name == name]


@dataclass
class Read:
    """A page: its layout, its forms, and the ids on it."""

    layout: str = ""
    forms: list[PageForm] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)


def read(html: str) -> Read:
    reader = _Reader()
    reader.feed(html)
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Read()
        self._form: PageForm | None = None
        self._inside: Field | None = None  # a <textarea> or <select>

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.page.ids.add(given.get("id", ""))
        if tag == "body":
            self.page.layout = given.get("class", "")
        elif tag == "a":
            self.page.links.append(given.get("href", ""))
        elif tag == "form":
            self._form = PageForm(given.get("action", ""), given.get("method", "get"))
            self.page.forms.append(self._form)
        elif self._form and tag in ("input", "textarea", "select", "button") and given.get("name"):
            kind = given.get("type", "text") if tag == "input" else tag
            described = tuple(given.get("aria-describedby", "").split())
            shown = Field(
                given["name"], kind, given.get("value", ""), "checked" in given, "aria-invalid" in given, described
            )
            shown.is_required = "required" in given
            shown.is_once = given.get("autocomplete") == "one-time-code"
            self._form.fields.append(shown)
            self._inside = shown if tag in ("textarea", "select") else None
        elif tag == "option" and self._inside and (not self._inside.is_chosen or "selected" in given):
            self._inside.value, self._inside.is_chosen = given.get("value", ""), True
        elif tag == "option" and self._inside and self._inside.is_required:
            self._inside.value = self._inside.value or given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside.kind == "textarea":
            self._inside.value += data.removeprefix("\n") if not self._inside.value else data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            self._inside = None
        elif tag == "form":
            self._form = None
