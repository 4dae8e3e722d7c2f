"""A refused form comes back in its own page, filled in as it was sent, with the message at the field (case 116)."""

from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.datastructures import FormMultiDict
from litestar.response.base import ASGIResponse
from markupsafe import Markup

from server.language import gettext as _
from server.web import render
from server.web.refused_forms import refill
from server.web.refused_forms.refill import PAGE, Filling

SENT_ON = (b"cookie", b"host", b"user-agent", b"accept-language", b"sec-ch-ua-platform")
KEPT = ("type", "asgi", "http_version", "scheme", "client", "server", "root_path")


class ComesBack(Response[bytes]):
    """Asks for the page on which the form stands, and puts the form back into it; if there is none, the error page.

    `faults` are words by field, and `words` stand at the top. What the form's handler did has been rolled back by then.
    """

    def __init__(self, error_page: Response[Any], words: str, faults: Mapping[str, str]) -> None:
        super().__init__(b"", status_code=error_page.status_code)
        self.error_page, self.words, self.faults = error_page, words, faults

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **_others: Any) -> ASGIResponse:
        async def sent(scope: Any, receive: Any, send: Any) -> None:
            response = await self._own_page(request) or self.error_page
            await response.to_asgi_response(app=None, request=request)(scope, receive, send)

        return cast(ASGIResponse, sent)

    async def _own_page(self, request: Request[Any, Any, Any]) -> Response[str] | None:
        form = await request.form()
        for address in _pages(request, form):
            html, cookies = await _get(request, address)
            which = refill.form_in(html, request.url.path, self.faults)
            if which is None:
                continue
            filling = Filling(which, self.faults, _texts(form), address)
            response = Response(
                _with_words(refill.filled(html, filling), self.words, self.faults),
                status_code=self.status_code or 422,
                media_type="text/html",
                headers=render.FRESH | ({"Set-Cookie": cookies[0]} if cookies else {}),
            )
            is_whole = address == _own_address(request, render.asked_from(request))
            return render.whole_page(response) if is_whole else response
        return None


def _texts(form: FormMultiDict) -> dict[str, list[str]]:
    return {name: [value for value in form.getall(name) if isinstance(value, str)] for name in form}


def _pages(request: Request[Any, Any, Any], form: FormMultiDict) -> Iterator[str]:
    """Where the form may stand: the page that it names, the one that the browser names, and those near its address."""
    named = (form.get(PAGE), render.asked_from(request))
    yield from filter(None, (_own_address(request, address) for address in named if isinstance(address, str)))
    yield f"{request.url.path}/new"
    parts = request.url.path.split("/")
    yield from ("/".join(parts[:end]) for end in range(len(parts), 1, -1))


def _own_address(request: Request[Any, Any, Any], address: str) -> str:
    """The path and query; "" for the address of another site."""
    try:
        split = urlsplit(address.replace("\\", "/"))
    except ValueError:
        return ""
    is_own = split.netloc in ("", request.headers.get("host")) and split.path.startswith("/")
    return split.path + (f"?{split.query}" if split.query else "") if is_own else ""


async def _get(request: Request[Any, Any, Any], address: str) -> tuple[str, list[str]]:
    """A page of ours as this visitor gets it, with the cookies that it sets; "" if it is none."""
    path, _mark, query = address.partition("?")
    headers = [(name, value) for name, value in request.scope["headers"] if name in SENT_ON]
    scope: Any = {name: request.scope[name] for name in KEPT if name in request.scope} | {  # type: ignore[literal-required]
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [*headers, *render.like(request), (b"accept", b"text/html")],
        "state": {},
    }
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    await request.app(scope, receive, send)
    heads = {name.lower(): value.decode() for name, value in messages[0]["headers"] if name.lower() != b"set-cookie"}
    cookies = [value.decode() for name, value in messages[0]["headers"] if name.lower() == b"set-cookie"]
    if messages[0]["status"] != 200 or not heads.get(b"content-type", "").startswith("text/html"):
        return "", []
    return b"".join(message.get("body", b"") for message in messages[1:]).decode(), cookies


def _with_words(html: str, words: str, faults: Mapping[str, str]) -> str:
    links = [Markup('<p><a href="#{}-fault">{}</a></p>').format(name, fault) for name, fault in faults.items()]
    box = Markup('<div class="trouble" role="alert"><h2 tabindex="-1">{}</h2><p>{}</p>{}</div>').format(
        _("There is a problem"), words, Markup("").join(links)
    )
    return html.replace("</h1>", f"</h1>{box}", 1)
