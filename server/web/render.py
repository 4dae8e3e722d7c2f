"""Render pages and fragments from one template each. Only this module reads htmx's headers."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context
from litestar import MediaType, Request, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from litestar.template.base import csrf_token
from markupsafe import Markup

from server import language, places
from server.actor import Visitor
from server.clock import to_wall
from server.db import new_id
from server.phone_numbers import countries as number_countries
from server.places import names as place_names
from server.typed.text import isolated
from server.web import cookies
from server.web.assets import Assets

SERVER = Path(__file__).parent.parent
# How this browser shows pages, whoever is signed in: text size in percent; seconds per step of one-switch scanning;
# speed of the Read aloud button, or "off". The first value is the default.
LOOKS = {"size": ("100", "150", "200"), "scan": ("", "1", "2", "3", "5"), "aloud": ("normal", "slow", "off")}
LOOK_LIFE = timedelta(days=400)  # the longest that browsers allow
FRESH = {"Cache-Control": "no-store", "Vary": "HX-Request"}
INDENT = re.compile(r"^[ \t]+(?=[<{])", re.MULTILINE)


class Unindented(Extension):
    """Drop the indentation of templates, which a page would carry as blanks in its text. Attributes keep theirs."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return INDENT.sub("", source)


def environment(assets: Assets) -> Environment:
    """`phone/home.html` is server/phone/templates/home.html; `shared/…` is in server/templates."""
    rooms = {folder.parent.name: FileSystemLoader(folder) for folder in SERVER.glob("*/templates")}
    env = Environment(
        loader=PrefixLoader({**rooms, "shared": FileSystemLoader(SERVER / "templates")}),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=isolated,
        auto_reload=False,  # no check for changed files: one for each fragment would take longer than rendering it
        trim_blocks=True,
        extensions=["jinja2.ext.i18n", Unindented],
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        language.gettext, language.ngettext, newstyle=True
    )
    for name in ("gettext", "ngettext"):
        env.globals[name] = _isolating(env.globals[name])  # type: ignore[arg-type]
    env.globals.update(once=lambda: Markup('<input type="hidden" name="once" value="{}">').format(new_id()))
    env.globals.update(languages=language.LANGUAGES, direction=language.direction)
    env.globals.update(places=place_names.places, place_of=places.place_of)
    env.globals.update(static=assets.url, modules=partial(module_tags, assets), locale=language.current)
    env.filters.update(
        day=language.day,
        day_short=language.day_short,
        day_from=language.day_from,
        city=place_names.city,
        hour=language.hour,
        day_and_hour=language.day_and_hour,
        on_paper=language.on_paper,
        lasting=language.lasting,
        wall=to_wall,
        digits=digits,
        identity=identity,
        number=number,
        example_number=number_countries.example,
    )
    env.globals.update(country_name=place_names.country, weekdays=language.weekdays)
    return env


def _isolating(translate: Callable[..., str]) -> Callable[..., str]:
    """The same function, for whose texts each name or word put in is isolated."""

    @pass_context
    def isolating(context: Context, *texts: Any, **put_in: Any) -> str:
        return translate(context, *texts, **{name: isolated(value) for name, value in put_in.items()})

    return isolating


def module_tags(assets: Assets, names: tuple[str, ...]) -> Markup:
    """Loads page scripts. What they import is named too, so that it is fetched at once and not one after the other."""
    imported = [assets.url(name) for name in assets.imported_by(names) if name not in names]
    preloads = [Markup('<link rel="modulepreload" href="{}">').format(url) for url in imported]
    scripts = [Markup('<script type="module" src="{}"></script>').format(assets.url(name)) for name in names]
    return Markup("\n").join([*preloads, *scripts])


def wants_fragment(request: Request[Any, Any, Any]) -> bool:
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


def page(request: Request[Visitor, Any, Any], template: str, status: int = 200, **context: Any) -> Response[str]:
    """A whole page, or only the content of its <main> if htmx asks. Never cached."""
    html = _draw(request, template, wants_fragment(request), context)
    look = "-".join([language.current(), *(look_of(request, name) or "0" for name in LOOKS)])
    headers = FRESH | {"Content-Language": language.current(), "Interlude-Look": look}
    return Response(html, status_code=status, media_type=MediaType.HTML, headers=headers)


def inside(request: Request[Visitor, Any, Any], template: str, **context: Any) -> str:
    """The content of a page's <main>, for the offline bundle."""
    return _draw(request, template, True, context)


def _draw(request: Request[Visitor, Any, Any], template: str, fragment: bool, context: dict[str, Any]) -> str:
    env: Environment = request.app.state.templates
    return env.get_template(template).render(
        context
        | {
            "text_size": look_of(request, "size"),
            "scan": look_of(request, "scan"),
            "aloud": look_of(request, "aloud"),
            "printed_at": request.app.state.clock(),
            "visitor": request.user if "user" in request.scope else Visitor(),
            "csrf": Markup('<input type="hidden" name="_csrf_token" value="{}">').format(_token(request)),
            "frame": lambda name: "shared/fragment.html" if fragment else f"shared/{name}.html",
        }
    )


def look_of(request: Request[Any, Any, Any], name: str) -> str:
    chosen = cookies.value_of(request, f"__Host-{name}")
    return chosen if chosen in LOOKS[name] else LOOKS[name][0]


def look_cookie(request: Request[Any, Any, Any], name: str, value: str) -> Cookie:
    return cookies.cookie(request, f"__Host-{name}", value, LOOK_LIFE)


def part(request: Request[Visitor, Any, Any], template: str, **context: Any) -> str:
    """One fragment, for a response that combines several."""
    env: Environment = request.app.state.templates
    return env.get_template(template).render(context)


def _token(request: Request[Any, Any, Any]) -> str:
    return csrf_token({"request": request})


def go(request: Request[Any, Any, Any], path: str) -> Response[Any]:
    """Redirect after a change: 303, or an HX-Redirect header for htmx."""
    if wants_fragment(request):
        return Response("", status_code=200, headers={**FRESH, "HX-Redirect": path})
    return Redirect(path, status_code=HTTP_303_SEE_OTHER, headers=FRESH)


def moved_to(response: Response[str], path: str) -> Response[str]:
    """Mark a fragment as the page at `path`, so that htmx updates the address bar."""
    response.headers["HX-Push-Url"] = path
    return response


def with_event(response: Response[Any], event: str) -> Response[Any]:
    """Make htmx trigger an event in the page."""
    response.headers["HX-Trigger"] = event
    return response


def identity(person: Any, short: bool = False) -> str:
    """What tells two patients of one name apart: birth date and record number, as far as they are known (case 114).

    In a dense list, with `short`, one of them is enough.
    """
    born = person.birth_date and language.born(date.fromisoformat(person.birth_date))
    record = person.record_number and language.gettext("record %(number)s") % {"number": person.record_number}
    facts = [fact for fact in (born, record) if fact]
    return " · ".join(facts[:1] if short else facts)


def digits(code: str) -> str:
    return f"{code[:4]} {code[4:]}"


def number(text: str) -> Markup:
    """A phone number, kept left to right in right-to-left text."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(text)
