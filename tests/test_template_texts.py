"""Every text that a template shows is marked for translation."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from server.web import render
from server.web.assets import Assets

pytestmark = pytest.mark.source

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "server").rglob("*.html"))


class VisibleTexts(HTMLParser):
    """Collects what people read or hear of a page: its text and the attributes that are shown or spoken."""

    SHOWN = ("alt", "title", "placeholder", "aria-label", "aria-description")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value for name, value in attrs if value and (name in self.SHOWN or _is_sentence(name, value))]

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is None:  # not the rules of a <style>
            self.texts.append(data)


def untranslated(env: Environment, source: str) -> list[str]:
    """The words of a template that stand outside _() and {% trans %}."""
    words: dict[str, list[str]] = {}
    html = ""
    for output in env.parse(source).find_all(nodes.Output):
        for node in output.nodes:
            if isinstance(node, nodes.TemplateData):
                html += node.data
            else:
                mark = f"\ue000{len(words)}\ue001"
                words[mark] = list(_bare(node))
                html += mark
    visible = VisibleTexts()
    visible.feed(html)
    shown = " ".join(visible.texts)
    bare = [word for mark, given in words.items() if mark in shown for word in given]
    return [text for text in [*re.split(r"\ue000\d+\ue001", shown), *bare] if _is_language(text)]


def _bare(node: nodes.Node) -> Iterator[str]:
    """The literals that an expression may show."""
    if isinstance(node, nodes.Const):
        yield str(node.value)
    elif isinstance(node, (nodes.CondExpr, nodes.Or, nodes.And, nodes.Concat, nodes.Add, nodes.Filter)):
        shown = [part for part in node.iter_child_nodes() if part is not getattr(node, "test", None)]
        for part in shown:
            yield from _bare(part)
    elif isinstance(node, nodes.Call) and getattr(node.node, "attr", "") in ("trouble", "call", "chart"):
        for part in node.args[:2]:
            yield from _bare(part)


def _is_sentence(name: str, value: str) -> bool:
    """Whether an attribute holds words for a script to show. A single word in a data attribute is a code."""
    return name.startswith("data-") and " " in value.strip()


def _is_language(text: str) -> bool:
    """Whether a text has two letters side by side, apart from our own name."""
    return re.search(r"[^\W\d_]{2}", text.replace("Interlude", "").strip()) is not None


@pytest.fixture(scope="module")
def env() -> Environment:
    return render.environment(Assets())


def test_every_text_of_a_template_is_marked_for_translation(env: Environment) -> None:
    assert [(path, text) for path in TEMPLATES for text in untranslated(env, (ROOT / path).read_text())] == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello there</p>",
        "<p>{{ _('Hello') }} there</p>",
        '<input placeholder="Your name">',
        "<p>{{ 'Yes' if given else _('No') }}</p>",
        "<p>{{ name or 'nobody' }}</p>",
        "{{ parts.trouble('That went wrong') }}",
        '<p data-late="Too late"></p>',
    ],
)
def test_a_text_that_is_not_marked_is_found(env: Environment, source: str) -> None:
    assert len(untranslated(env, source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "<p>{{ _('Hello') }} · Interlude 12</p>",
        "<p>{% trans name=name %}Hello {{ name }}{% endtrans %}</p>",
        "<p class=\"{{ 'said' if given else 'main' }}\">{{ name }}</p>",
    ],
)
def test_a_marked_text_is_not_reported(env: Environment, source: str) -> None:
    assert untranslated(env, source) == []


def test_case_84_no_field_cuts_what_is_pasted() -> None:
    """A browser cuts a paste at `maxlength` without a word. `data-longest` counts instead."""
    assert [path for path in TEMPLATES if "maxlength" in (ROOT / path).read_text()] == []
