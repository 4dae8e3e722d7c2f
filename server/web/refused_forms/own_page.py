"""A refused form comes back in its own page, filled in as it was sent (cases 91 and 116)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.datastructures import Cookie, FormMultiDict
from litestar.response.base import ASGIResponse
from markupsafe import Markup

from server.language import gettext as _
from server.web import render
from server.web.form_fields import PAGE_FIELD, typed_in
from server.web.refused_forms import refill
from server.web.refused_forms.refill import Filling

SENT_ON = (b"cookie", b"host", b"user-agent", b"accept-language", b"sec-ch-ua-platform")
KEPT = ("type", "asgi", "http_version", "scheme", "client", "server", "root_path")


@dataclass(frozen=True)
class Shown:
    """The message of the page: `words` at its top, under `title`, and `faults` by field."""

    words: str
    faults: Mapping[str, str] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True)
class Sent:
    """A form as it was sent: its address, the page it stood on, and its fields."""

    path: str
    page: str
    texts: Mapping[str, list[str]]

    @classmethod
    def by(cls, request: Request[Any, Any, Any], form: FormMultiDict) -> "Sent":
        named = form.get(PAGE_FIELD)
        page = named if isinstance(named, str) and named else render.asked_from(request)
        return cls(request.url.path, _own_address(request, page), _texts(form))

    def pages(self) -> Iterator[str]:
        """The pages on which the form may stand: the named page, and those near the form's address."""
        if self.page:
            yield self.page
        yield f"{self.path}/new"
        parts = self.path.split("/")
        yield from ("/".join(parts[:end]) for end in range(len(parts), 1, -1))


@dataclass(frozen=True)
class _Standing:
    """A page on which the form stands, as its form number `which`."""

    address: str
    html: str
    headers: dict[str, str]
    which: int
    sent: Sent

    @property
    def lost(self) -> list[str]:
        """The texts that a person wrote and for which this form has no field."""
        names = refill.forms_of(self.html)[self.which].names
        texts = [(name, value) for name, values in self.sent.texts.items() if name not in names for value in values]
        return typed_in(FormMultiDict(texts))


class ComesBack(Response[bytes]):
    """Asks for the page on which the form stands, and puts the form back into it; if there is none, the error page.

    The changes of the form's handler have been rolled back by then. `sent` is a form other than this request's, sent
    before the sign-in that set `cookie`.
    """

    def __init__(
        self, error_page: Response[Any], shown: Shown, sent: Sent | None = None, cookie: Cookie | None = None
    ) -> None:
        super().__init__(b"", status_code=error_page.status_code)
        self.error_page, self.shown, self.sent, self.cookie = error_page, shown, sent, cookie
        if cookie is not None:
            error_page.set_cookie(cookie)

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **_others: Any) -> ASGIResponse:
        async def sent(scope: Any, receive: Any, send: Any) -> None:
            response = await self._own_page(request) or self.error_page
            await response.to_asgi_response(app=None, request=request)(scope, receive, send)

        return cast(ASGIResponse, sent)

    async def _own_page(self, request: Request[Any, Any, Any]) -> Response[str] | None:
        sent, faults = self.sent or Sent.by(request, await request.form()), self.shown.faults
        standing: list[_Standing] = []
        for address in sent.pages():
            html, cookies = await _get(request, address, self.cookie)
            which = refill.form_in(html, sent.path, faults)
            if which is not None:
                set_cookie = {"Set-Cookie": cookies[0]} if cookies else {}
                standing.append(_Standing(address, html, set_cookie, which, sent))
                if not standing[-1].lost:
                    break
        if not standing:
            return None
        best = next((each for each in standing if not each.lost), standing[0])
        filling = Filling(best.which, faults, sent.texts, best.address)
        response = Response(
            _with_words(refill.filled(best.html, filling), self.shown, best.lost),
            status_code=self.status_code or 422,
            media_type="text/html",
            headers=render.FRESH | best.headers,
        )
        if self.cookie is not None:
            response.set_cookie(self.cookie)
        is_whole = best.address == _own_address(request, render.asked_from(request))
        return render.whole_page(response) if is_whole else response


def _texts(form: FormMultiDict) -> dict[str, list[str]]:
    return {name: [value for value in form.getall(name) if isinstance(value, str)] for name in form}


def _own_address(request: Request[Any, Any, Any], address: str) -> str:
    """The path and query; "" for the address of another site."""
    try:
        split = urlsplit(address.replace("\\", "/"))
    except ValueError:
        return ""
    is_own = split.netloc in ("", request.headers.get("host")) and split.path.startswith("/")
    return split.path + (f"?{split.query}" if split.query else "") if is_own else ""


async def _get(request: Request[Any, Any, Any], address: str, cookie: Cookie | None) -> tuple[str, list[str]]:
    """One of our pages as this visitor gets it, with the cookies that it sets; "" if there is no such page."""
    path, _mark, query = address.partition("?")
    headers = [(name, value) for name, value in request.scope["headers"] if name in SENT_ON]
    if cookie is not None:  # newer than what the browser has sent
        before = b"; ".join(value for name, value in headers if name == b"cookie")
        headers = [(name, value) for name, value in headers if name != b"cookie"]
        headers.append((b"cookie", before + f"; {cookie.key}={cookie.value}".encode()))
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


def _with_words(html: str, shown: Shown, lost: list[str]) -> str:
    links = [Markup('<p><a href="#{}-fault">{}</a></p>').format(name, fault) for name, fault in shown.faults.items()]
    texts = [
        Markup(
            '<div class="field"><label for="typed-{0}">{1}</label>'
            '<textarea id="typed-{0}" readonly>{2}</textarea></div>'
        ).format(number, _("What you wrote"), text)
        for number, text in enumerate(lost, 1)
    ]
    box = Markup('<div class="trouble" role="alert"><h2 tabindex="-1">{}</h2><p>{}</p>{}{}</div>').format(
        shown.title or _("There is a problem"), shown.words, Markup("").join(links), Markup("").join(texts)
    )
    return html.replace("</h1>", f"</h1>{box}", 1)
