"""Is anything different? Two activations where nothing is; where something is, only that is asked."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from server.checkins import rules
from server.people import flow as people
from server.questionnaires import flow as questionnaires
from server.responses import drafts, lookup
from server.responses.questions import same_as_last
from server.web import problems, render
from server.web.dependencies import PERSON, Ask, Db, Now, Who
from server.web.form_fields import form_of, text
from server.web.problems import found


@get("/check-ins/{check_in_id:str}/same", opt=PERSON)
async def same_page(
    request: Ask, db: Db, actor: Who, now: Now, check_in_id: FromPath[str], who: FromQuery[str] = "self"
) -> Response[Any]:
    check_in = found(await lookup.find(db, actor, check_in_id))
    respondent = rules.respondent_from(who, actor.kind)
    form = await questionnaires.form_of(db, check_in.questionnaire_id)
    last = await same_as_last.offer(db, actor, check_in, form, respondent)
    if last is None or not await lookup.may_answer(db, actor, check_in, now):
        return render.go(request, f"/check-ins/{check_in.id}/next?who={respondent}")
    return render.page(
        request,
        "responses/same.html",
        check_in=check_in,
        form=form,
        last=last,
        answers=same_as_last.answers_of(form, last, respondent),
        respondent=respondent,
        zone=actor.zone,
        closed=people.is_closed(await people.clinic_of(db, actor), now),
    )


@post("/check-ins/{check_in_id:str}/same", opt=PERSON)
async def say_same(request: Ask, db: Db, actor: Who, now: Now, check_in_id: FromPath[str]) -> Response[Any]:
    """`say`: same, some (something is different), or all (ask me everything)."""
    check_in = found(await lookup.hold(db, actor, check_in_id))
    sent = await form_of(request)
    say, respondent = text(sent, "say", 5), rules.respondent_from(text(sent, "who", 10), actor.kind)
    if say not in ("same", "some", "all"):
        return problems.answer(request, 422)
    form = await questionnaires.form_of(db, check_in.questionnaire_id)
    last = await same_as_last.offer(db, actor, check_in, form, respondent)
    is_open = await lookup.may_answer(db, actor, check_in, now)
    if last is None or not is_open or say == "all":
        return render.go(request, f"/check-ins/{check_in.id}/next?who={respondent}")
    await same_as_last.take_over(db, actor, check_in, form, last, respondent, now)
    page = "different" if say == "some" else "next"
    return render.go(request, f"/check-ins/{check_in.id}/{page}?who={respondent}")


@get("/check-ins/{check_in_id:str}/different", opt=PERSON)
async def different_page(
    request: Ask,
    db: Db,
    actor: Who,
    now: Now,
    check_in_id: FromPath[str],
    who: FromQuery[str] = "self",
    page: FromQuery[int] = 0,
) -> Response[Any]:
    """What is different: one press leads to the question, and back here."""
    check_in = found(await lookup.find(db, actor, check_in_id))
    respondent = rules.respondent_from(who, actor.kind)
    form = await questionnaires.form_of(db, check_in.questionnaire_id)
    kept = await drafts.shown_to(db, check_in, form, respondent)
    before = await same_as_last.as_before_shown(db, check_in, form, respondent)
    pages = same_as_last.pages(form, kept, respondent)
    if not before or not await lookup.may_answer(db, actor, check_in, now):
        return render.go(request, f"/check-ins/{check_in.id}")
    shown = pages[page if 0 <= page < len(pages) else 0]
    return render.page(
        request,
        "responses/different.html",
        check_in=check_in,
        **shown,
        kept=kept,
        before=before,
        changed=len(kept) - len(before),
        respondent=respondent,
    )


ROUTES = [same_page, say_same, different_page]
