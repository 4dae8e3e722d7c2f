"""Render pages and fragments from one template each. Only this module reads htmx's headers."""

import re
from collections.abc import Collection
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2.ext import Extension
from litestar import MediaType, Request, Response
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
from server.typed.direction import isolated
from server.web import looks
from server.web.assets import Assets, module_tags
from server.web.form_fields import PERSON_FIELD
from server.web.refused_forms import refill
from server.web.rendering import filters, page_state, remarks, words
from server.web.rendering.remarks import Remark

SERVER = Path(__file__).parent.parent
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
        env.globals[name] = words.isolating(env.globals[name])  # type: ignore[arg-type]
    env.globals.update(once=lambda: Markup('<input type="hidden" name="once" value="{}">').format(new_id()))
    env.globals.update(languages=language.LANGUAGES, direction=language.direction)
    env.globals.update(places=place_names.places, place_of=places.place_of)
    env.globals.update(static=assets.url, modules=partial(module_tags, assets), locale=language.current)
    env.filters.update(
        day=words.from_today(language.day),
        day_short=words.from_today(language.day_short),
        day_and_year=lambda moment: language.day(moment, date.min),
        day_from=language.day_from,
        coming_day=words.from_today(language.day_from),
        city=place_names.city,
        hour=language.hour,
        day_and_hour=words.from_today(language.day_and_hour),
        on_paper=language.on_paper,
        lasting=language.lasting,
        wall=to_wall,
        example_number=number_countries.example,
    )
    env.filters.update(clock=filters.clock, device=filters.device, digits=filters.digits)
    env.filters.update(identity=filters.identity, number=filters.number)
    env.globals.update(country_name=place_names.country, weekdays=language.weekdays)
    return env


def wants_fragment(request: Request[Any, Any, Any]) -> bool:
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


def asked_from(request: Request[Any, Any, Any]) -> str:
    """The address of the page that a form was sent from, as htmx or the browser names it; "" if neither does."""
    return request.headers.get("hx-current-url") or request.headers.get("referer") or ""


def like(request: Request[Any, Any, Any]) -> list[tuple[bytes, bytes]]:
    """The headers that ask for a page as this request did: whole, or as a fragment."""
    return [(b"hx-request", b"true")] if wants_fragment(request) else []


def page(
    request: Request[Visitor, Any, Any],
    template: str,
    status: int = 200,
    wrong_fields: Collection[str] = (),
    **context: Any,
) -> Response[str]:
    """A whole page, or only the content of its <main> if htmx asks. Never cached.

    `wrong_fields` of the form that was sent here get the words of the page's "There is a problem" (case 116).
    """
    html = _draw(request, template, wants_fragment(request), context)
    if wrong_fields:
        html = refill.marked(html, request.url.path, wrong_fields)
    look = "-".join([language.current(), *(looks.look_of(request, name) or "0" for name in looks.LOOKS)])
    html, state = page_state.marked(html) if request.method == "GET" else (html, {})  # reloading repeats a POST
    headers = FRESH | {"Content-Language": language.current(), "Interlude-Look": look} | state
    response = Response(html, status_code=status, media_type=MediaType.HTML, headers=headers)
    remarks.forget(request, response)
    return response


def inside(request: Request[Visitor, Any, Any], template: str, **context: Any) -> str:
    """The content of a page's <main>, for the offline bundle."""
    return _draw(request, template, True, context)


def _draw(request: Request[Visitor, Any, Any], template: str, fragment: bool, context: dict[str, Any]) -> str:
    return _rendered(
        request,
        template,
        context
        | {
            "printed_at": request.app.state.clock(),
            "text_size": looks.look_of(request, "size"),
            "scan": looks.look_of(request, "scan"),
            "aloud": looks.look_of(request, "aloud"),
            "visitor": _visitor(request),
            "csrf": _hidden(request),
            "frame": lambda name: "shared/fragment.html" if fragment else f"shared/{name}.html",
        },
    )


def part(request: Request[Visitor, Any, Any], template: str, **context: Any) -> str:
    """One fragment, for a response that combines several."""
    return _rendered(request, template, context)


def _rendered(request: Request[Visitor, Any, Any], template: str, context: dict[str, Any]) -> str:
    env: Environment = request.app.state.templates
    with words.read_by(_visitor(request), request.app.state.clock()):
        return env.get_template(template).render(context)


def _visitor(request: Request[Visitor, Any, Any]) -> Visitor:
    return request.user if "user" in request.scope else Visitor()


def _hidden(request: Request[Any, Any, Any]) -> Markup:
    """The hidden fields of each form: the CSRF token and, on a phone with several patients, whose page it is on."""
    fields = {"_csrf_token": _token(request)}
    visitor = _visitor(request)
    if visitor.person and visitor.others:
        fields[PERSON_FIELD] = visitor.person.id
    field = Markup('<input type="hidden" name="{}" value="{}">')
    return Markup("").join(field.format(name, value) for name, value in fields.items())


def _token(request: Request[Any, Any, Any]) -> str:
    return csrf_token({"request": request})


def go(request: Request[Any, Any, Any], path: str, remark: Remark | None = None) -> Response[Any]:
    """Redirect after a change: 303, or an HX-Redirect header for htmx. `remark`: what the next page says once."""
    response: Response[Any] = (
        Response("", status_code=200, headers={**FRESH, "HX-Redirect": path})
        if wants_fragment(request)
        else Redirect(path, status_code=HTTP_303_SEE_OTHER, headers=FRESH)
    )
    if remark is not None:
        response.set_cookie(remarks.leave(request, path, remark))
    return response


def moved_to(response: Response[str], path: str) -> Response[str]:
    """Mark a fragment as the page at `path`, so that htmx updates the address bar."""
    response.headers["HX-Push-Url"] = path
    return response


def whole_page(response: Response[Any]) -> Response[Any]:
    """Make htmx replace all of the page, whatever the form's target is."""
    response.headers.update({"HX-Retarget": "#main", "HX-Reswap": "innerHTML"})
    return response


def with_event(response: Response[Any], event: str) -> Response[Any]:
    """Make htmx trigger an event in the page."""
    response.headers["HX-Trigger"] = event
    return response
