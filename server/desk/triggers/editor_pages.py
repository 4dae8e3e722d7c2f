"""A clinician or admin writes a trigger after a preview of the flags it would have raised, or restores an ended one."""

from dataclasses import dataclass, replace
from typing import Any

from litestar import Response, Router, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from server import double_presses
from server.actor import Actor
from server.db import Work
from server.desk.triggers import lines, preview
from server.desk.triggers.preview import Preview
from server.flags.models import TriggerVersion
from server.flags.rules import Condition, Screen, Severity
from server.flags.triggers import lists
from server.flags.triggers import rules as trigger_rules
from server.flags.triggers import versions as trigger_versions
from server.flags.triggers.versions import Rule
from server.flags.triggers.words import Fault, condition_words, fault, item_words
from server.language import gettext as _
from server.people import staff
from server.people.rules import Refused
from server.questionnaires import flow as questionnaires
from server.web import render
from server.web.dependencies import CLINICIAN, Ask, Db, InWork, Who
from server.web.form_fields import fields_of, form_of, one_of, text, whole
from server.web.problems import found
from server.web.rendering.remarks import Remark, RemarkKind


@dataclass(frozen=True)
class Editor:
    """The page that edits a trigger: its values, their fault, and the preview."""

    rule: Rule
    replaced: TriggerVersion | None = None  # the trigger that it would replace
    wrong: Fault | None = None
    seen: Preview | None = None
    stale: bool = False
    reason: str = ""

    def is_stale(self) -> bool:
        """Whether the trigger that this would replace has ended, or is about another questionnaire."""
        old = self.replaced
        return old is not None and (old.ended_at is not None or old.slug != self.rule.slug)


@get("/new", opt=CLINICIAN)
async def new_page(request: Ask, db: Db, actor: Who, slug: FromQuery[str] = "") -> Response[str]:
    definitions = await questionnaires.offered(db, actor)
    definition = found(definitions.get(slug) or next(iter(definitions.values()), None))
    return await _page(request, db, actor, Editor(Rule(definition.slug, "", Condition.AT_LEAST, 3)))


@get("/{trigger_id:str}", opt=CLINICIAN)
async def edit_page(request: Ask, db: Db, actor: Who, trigger_id: FromPath[str]) -> Response[str]:
    row = found(await lists.find(db, actor, trigger_id))
    return await _page(request, db, actor, Editor(trigger_versions.as_rule(row), row))


@post("/", opt=CLINICIAN)
async def write(request: Ask, work: InWork) -> Response[Any]:
    """`step` is "preview", or "save" after the preview."""
    form = await form_of(request)
    replaced_id, rule = text(form, "instead_of", 32), _rule(form)
    replaced = found(await lists.find(work.db, work.actor, replaced_id)) if replaced_id else None
    editor = Editor(rule, replaced, reason=text(form, "reason"))
    remark = Remark(RemarkKind.DONE, replaced.id) if replaced else None
    async with double_presses.press(work, fields_of(form)) as press:
        if press.earlier:
            return render.go(request, press.earlier, remark)
        wrong = _not_chosen(form) or fault(rule, (await questionnaires.offered(work.db, work.actor)).get(rule.slug))
        again = (
            await _save(work, editor, wrong)
            if text(form, "step", 10) == "save"
            else await _preview(work, editor, wrong)
        )
        if again is not None:
            return await _page(request, work.db, work.actor, again)
        press.onward = "/staff/triggers#did" if replaced else f"/staff/triggers#{rule.slug}"
    return render.go(request, press.onward, remark)


async def _preview(work: Work, editor: Editor, wrong: Fault | None) -> Editor:
    if editor.is_stale() or wrong:
        return replace(editor, stale=editor.is_stale(), wrong=wrong)
    return replace(editor, seen=await preview.preview(work, editor.rule, editor.replaced.id if editor.replaced else ""))


async def _save(work: Work, editor: Editor, wrong: Fault | None) -> Editor | None:
    """None once the trigger is saved; else the page to show again, with the typed values."""
    shown = await _preview(work, editor, wrong)
    if shown.stale or shown.wrong:
        return shown
    if editor.replaced is not None and not editor.reason and _weakens(editor.replaced, editor.rule):
        return replace(shown, wrong=Fault("reason", _("The rule becomes weaker. Please say why.")))
    if await trigger_versions.write(work, editor.rule, editor.replaced, editor.reason) is None:
        return replace(editor, stale=True)
    return None


def _weakens(replaced: TriggerVersion, rule: Rule) -> bool:
    return trigger_rules.weakens(trigger_versions.as_rule(replaced).trigger(), rule.trigger())


def _not_chosen(form: FormMultiDict) -> Fault | None:
    chosen = (("condition", one_of(form, "condition", Condition)), ("severity", one_of(form, "severity", Severity)))
    lacks = next((name for name, word in chosen if word is None), None)
    return Fault(lacks, _("Please choose a condition and a severity.")) if lacks else None


def _rule(form: FormMultiDict) -> Rule:
    severity = one_of(form, "severity", Severity) or Severity.TODAY
    condition = one_of(form, "condition", Condition) or Condition.AT_LEAST
    return Rule(
        slug=text(form, "slug", 60),
        item=text(form, "item", 50),
        condition=condition,
        amount=0 if condition == Condition.MISSING else whole(form, "amount") or 0,
        times=(whole(form, "times") or 0) if condition in (Condition.REPEATED, Condition.MISSING) else 1,
        severity=severity,
        screen=(one_of(form, "screen", Screen) or Screen.NONE) if severity == Severity.URGENT else Screen.NONE,
        message=text(form, "message", 200),
    )


async def _page(request: Ask, db: AsyncSession, actor: Actor, editor: Editor) -> Response[str]:
    rule, replaced = editor.rule, editor.replaced
    definition = found((await questionnaires.offered(db, actor)).get(rule.slug))
    versions = await lists.versions_of(db, replaced) if replaced else []
    return render.page(
        request,
        "desk/trigger.html",
        422 if editor.wrong or editor.stale else 200,
        [editor.wrong.field] if editor.wrong else (),
        rule=rule,
        replaced=replaced,
        definition=definition,
        wrong=editor.wrong and editor.wrong.words,
        stale=editor.stale,
        follower=await lists.follower(db, replaced) if editor.stale and replaced else None,
        ended_by=await staff.find_staff(db, actor, replaced.ended_by or "") if editor.stale and replaced else None,
        reason=editor.reason,
        seen=editor.seen,
        rule_words=f"{item_words(rule.item, definition)}: {condition_words(rule, definition)}",
        versions=[(lines.line_of(row, definition), author) for row, author in versions],
        conditions=tuple(Condition),
        severities=tuple(Severity),
        screens=[screen for screen in Screen if screen],
        zone=actor.zone,
    )


@post("/{trigger_id:str}/restore", opt=CLINICIAN)
async def restore(request: Ask, work: InWork, trigger_id: FromPath[str]) -> Response[Any]:
    """Restore an ended trigger. If the trigger in force protects more, this needs a reason, as ending it does."""
    row = found(await lists.find(work.db, work.actor, trigger_id))
    after = await lists.follower(work.db, row)
    reason = text(await form_of(request), "reason")
    again = await trigger_versions.restore(work, row, reason)
    if isinstance(again, Refused) and again.why == "reason" and after is not None:
        return await _restore_page(request, work.db, work.actor, row, after)
    latest = await lists.latest(work.db, row)
    was_pressed_twice = latest.ended_at is None and trigger_versions.as_rule(latest) == trigger_versions.as_rule(row)
    if isinstance(again, Refused) and not was_pressed_twice:
        return await _page(request, work.db, work.actor, Editor(trigger_versions.as_rule(row), row, stale=True))
    if after is None:
        return render.go(request, f"/staff/triggers#{row.slug}")
    return render.go(request, "/staff/triggers#did", Remark(RemarkKind.DONE, after.id))


async def _restore_page(
    request: Ask, db: AsyncSession, actor: Actor, row: TriggerVersion, in_force: TriggerVersion
) -> Response[str]:
    definition = found((await questionnaires.offered(db, actor)).get(row.slug))
    return render.page(
        request,
        "desk/trigger_restore.html",
        422,
        definition=definition,
        line=lines.line_of(row, definition),
        in_force=lines.line_of(in_force, definition),
    )


router = Router("/staff/triggers", route_handlers=[new_page, edit_page, write, restore])
