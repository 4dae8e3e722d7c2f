"""Put a refused form back into its own page: what was typed into its fields, and the message at each wrong field."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser

from server.web.form_fields import PAGE_FIELD

Attributes = dict[str, str]
CONTROLS = ("input", "select", "textarea")
CHOICES = ("radio", "checkbox")
NEVER_GIVEN_BACK = ("password", "file")
FRESH = ("_csrf_token", "once")  # the page has newer ones
VOID = ("input", "br", "img", "hr", "meta", "link", "wbr")
TROUBLE = re.compile(r'class="trouble" role="alert">.*?<p>(.*?)</p>', re.DOTALL)
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Form:
    """A form of a page, and its fields that people see."""

    action: str
    names: set[str]


@dataclass
class _Element:
    """An element that is open. `start` and `after_legend` are places in the output."""

    tag: str
    start: int
    is_field: bool
    after_legend: int = 0


@dataclass(frozen=True)
class Filling:
    """The values for one form of a page. Without `typed` its fields stay as they are."""

    form: int
    faults: Mapping[str, str]
    typed: Mapping[str, list[str]] | None = None
    page: str = ""


def forms_of(html: str) -> list[Form]:
    return _Reader(html).found


def form_in(html: str, path: str, names: Iterable[str]) -> int | None:
    """The first form of the page that is sent to `path` and has these fields."""
    forms = enumerate(forms_of(html))
    return next((n for n, form in forms if form.action.partition("?")[0] == path and form.names >= set(names)), None)


def marked(html: str, path: str, names: Iterable[str]) -> str:
    """Repeat at these fields the message that a refused form's own page shows at its top."""
    trouble, which = TROUBLE.search(html), form_in(html, path, names)
    if trouble is None or which is None:
        return html
    words = " ".join(unescape(TAG.sub("", trouble[1])).split())
    return filled(html, Filling(which, dict.fromkeys(names, words)))


def filled(html: str, filling: Filling) -> str:
    return "".join(_Writer(html, filling).out)


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._is_inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form":
            self.found.append(Form(attributes.get("action") or "", set()))
            self._is_inside = True
        elif self._is_inside and tag in CONTROLS and attributes.get("type") != "hidden":
            self.found[-1].names.add(attributes.get("name") or "")

    def handle_endtag(self, tag: str) -> None:
        self._is_inside = self._is_inside and tag != "form"


class _Writer(HTMLParser):
    """Writes the page unchanged except for one form."""

    def __init__(self, html: str, filling: Filling) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self._filling = filling
        self._forms = -1
        self._open: list[_Element] = []
        self._used: Counter[str] = Counter()
        self._marked: set[str] = set()
        self._select = ""  # the name of the <select> that is open
        self._skips = False  # the text of a <textarea> that gets new text
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raw, attributes = self.get_starttag_text() or "", {name: value or "" for name, value in attrs}
        self._forms += tag == "form"
        is_ours = self._forms == self._filling.form and any(each.tag == "form" for each in self._open)
        name = attributes.get("name", "")
        if is_ours and tag in CONTROLS and name:
            raw = self._control(tag, name, attributes)
        elif is_ours and tag == "option" and self._values(self._select) is not None:
            is_chosen = attributes.get("value") in (self._values(self._select) or ())
            raw = _start(tag, _with_flag(attributes, "selected", is_chosen))
        self.out.append(raw)
        if tag not in VOID:
            self._open.append(_Element(tag, len(self.out) - 1, "field" in attributes.get("class", "").split()))
        if tag == "form" and self._forms == self._filling.form and self._filling.page:
            self.out.append(_start("input", {"type": "hidden", "name": PAGE_FIELD, "value": self._filling.page}))
        if is_ours and tag == "textarea" and (values := self._values(name)):
            self.out.append("\n" + escape(values[0]))
            self._skips = True

    def _values(self, name: str) -> list[str] | None:
        """The typed values; None if the field stays as it is."""
        if self._filling.typed is None or name in FRESH:
            return None
        return self._filling.typed.get(name, [""])  # an empty field is not sent at all

    def _control(self, tag: str, name: str, attributes: Attributes) -> str:
        kind = attributes.get("type", "text") if tag == "input" else tag
        values = self._values(name)
        if tag == "select":
            self._select = name
        elif values is not None and kind in CHOICES:
            attributes = _with_flag(attributes, "checked", attributes.get("value", "on") in values)
        elif values is not None and kind not in (*NEVER_GIVEN_BACK, "textarea"):
            attributes = attributes | {"value": ([*values, ""])[min(self._used[name], len(values))]}
            self._used[name] += 1
        if name in self._filling.faults and name not in self._marked and kind != "hidden":
            self._marked.add(name)
            self._say(name, kind)
            described = f"{name}-fault {attributes.get('aria-describedby', '')}".strip()
            attributes = attributes | {"aria-invalid": "true", "aria-describedby": described}
        return _start(tag, attributes)

    def _say(self, name: str, kind: str) -> None:
        """Write the message before its field, or under the legend of the field's group."""
        group = next((each.after_legend for each in reversed(self._open) if each.after_legend), 0)
        parent = self._open[-1]
        before = len(self.out) if parent.tag == "form" or parent.is_field else parent.start
        at = group if group and kind in CHOICES else before
        self.out.insert(at, f'<p class="fault" id="{name}-fault">{escape(self._filling.faults[name])}</p>')
        for each in self._open:
            each.start += each.start >= at
            each.after_legend += each.after_legend > at
            if each.tag == "details" and " open" not in self.out[each.start]:
                self.out[each.start] = self.out[each.start].replace("<details", "<details open", 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.out.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self._skips = self._skips and tag != "textarea"
        self._select = "" if tag == "select" else self._select
        self.out.append(f"</{tag}>")
        if any(each.tag == tag for each in self._open):
            while self._open.pop().tag != tag:
                pass
        if tag == "legend" and self._open:
            self._open[-1].after_legend = len(self.out)

    def handle_data(self, data: str) -> None:
        if not self._skips:
            self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")


def _with_flag(attributes: Attributes, flag: str, is_on: bool) -> Attributes:
    others = {name: value for name, value in attributes.items() if name != flag}
    return others | {flag: ""} if is_on else others


def _start(tag: str, attributes: Attributes) -> str:
    written = (f'{name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{' '.join([tag, *written])}>"
