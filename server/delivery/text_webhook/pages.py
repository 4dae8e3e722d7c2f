"""The address where the text provider reports replies and undeliverable numbers, signed (case 128).

The signature is checked before a transaction begins, so that requests without one cost the database nothing.
"""

from typing import Any

from litestar import Response, Router, post
from litestar.exceptions import NotFoundException

from server.delivery.text_webhook import flow, message
from server.delivery.text_webhook.flow import TooManyReplies
from server.delivery.text_webhook.message import BadMessage
from server.delivery.text_webhook.signature import is_signed
from server.web import problems, render
from server.web.dependencies import ANYONE, Ask, Given, Now, Storage
from server.web.form_fields import json_of

BY_SIGNATURE = ANYONE | {"no_csrf": True, "by_token": True}
BODY_LIMIT = 16 * 1024  # bytes; the longest text has 1,600 characters


@post("/texts/incoming", opt=BY_SIGNATURE, request_max_body_size=BODY_LIMIT)
async def incoming(request: Ask, database: Storage, now: Now, settings: Given) -> Response[Any]:
    """404 without a secret in the settings, 403 without the right signature, 400 for a message that can't be read."""
    secret, headers = settings.text_webhook_secret, request.headers
    if not secret:
        raise NotFoundException
    timestamp, signature = headers.get("interlude-timestamp", ""), headers.get("interlude-signature", "")
    if not is_signed(secret, timestamp, signature, await request.body(), now):
        return problems.answer(request, 403, "the signature is missing, wrong or older than five minutes")
    try:
        given = message.read(await json_of(request))
    except BadMessage as bad:
        return problems.answer(request, 400, str(bad))
    try:
        async with database.writing() as db:
            taking = await flow.take(db, given, now)
    except TooManyReplies:
        return problems.answer(request, 429)
    return Response({"status": taking}, status_code=200, headers=render.FRESH)


router = Router("/", route_handlers=[incoming])
