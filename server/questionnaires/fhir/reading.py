"""Build a definition from a FHIR R4 Questionnaire, which contains its translations.

It refuses a file that Interlude cannot ask as the file means it, and names the item and the reason.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.questionnaires.definition import Definition
from server.questionnaires.fhir import condition_checks, conditions, identifiers, items
from server.questionnaires.fhir.conditions import ALWAYS, Conditions
from server.questionnaires.fhir.elements import MODIFIED, BadQuestionnaire, Element, seen
from server.questionnaires.fhir.options import Answer, answers
from server.questionnaires.question import Question, When

LINK_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,59}")  # part of an address, and a column of 60
DEEPEST = 12  # groups in groups
HIDDEN = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden"
WHOLE = "the questionnaire"
NOT_YET = {"initial": "it has an answer beforehand", "implicitRules": "its implicitRules change its meaning"}
NEVER = {"repeats": "it may have several answers, which cannot be asked yet", "readOnly": "nobody may answer it"}


@dataclass(frozen=True)
class _Around:
    """The facts that an item inherits from the items around it."""

    text: str = ""
    conditions: Conditions = ALWAYS
    depth: int = 0


@dataclass(frozen=True)
class _Reading:
    language: str
    value_sets: Mapping[str, Element]
    seen: set[str]  # linkIds
    stated: list[tuple[str, When]]  # conditions, with the item that states them


def read_definition(resource: Mapping[str, Any], language: str = "en") -> Definition:
    """The definition with its texts in `language` where they are translated, else in the original.

    Raises BadQuestionnaire, naming the item, if Interlude cannot ask it.
    """
    whole = Element(resource, WHOLE)
    if whole.has("resourceType") and whole.text("resourceType") != "Questionnaire":
        raise BadQuestionnaire("resourceType", "it is not a Questionnaire")
    _check_meaning(whole)
    reading = _Reading(language, _value_sets(whole), set(), [])
    found = _inside(whole, reading, _Around())
    by_id = {question.link_id: question for question in found}
    for named, when in reading.stated:
        condition_checks.check(named, when, by_id)
    questions = tuple(condition_checks.named_by_code(question, by_id) for question in found)
    condition_checks.check_all_are_asked(questions)
    slug, number = identifiers.slug(whole), identifiers.number_of(identifiers.field(whole, "version"))
    return Definition(
        slug=slug,
        version=1 if number is None else number,
        title=seen(whole.text("title", language)) or whole.text("name") or slug,
        seconds=whole.extension_number(items.OURS + "seconds", 60),
        may_be_same=whole.extension_flag(items.OURS + "same", False),
        questions=questions,
        by_id={question.link_id: question for question in questions},
    )


def _value_sets(whole: Element) -> dict[str, Element]:
    contained = replace(whole, named="contained").elements("contained")
    found: dict[str, Element] = {}
    for resource in contained:
        if resource.fields.get("resourceType") == "ValueSet":
            if resource.text("id") in found:
                raise resource.refuse(f"two value sets share the id {resource.text('id')}")
            found[resource.text("id")] = resource
    return found


def _inside(parent: Element, reading: _Reading, around: _Around) -> list[Question]:
    """The questions in `parent`, in order. A display's text is shown with the next question, or with the last one."""
    if around.depth > DEEPEST:
        raise parent.refuse(f"more than {DEEPEST} items stand in each other")
    found: list[Question] = []
    texts: list[str] = []
    for number, raw in enumerate(parent.elements("item"), 1):
        item = _named(raw, parent, number)
        _check_meaning(item)
        _check_link_id(item, reading.seen)
        if item.text("type") == "display":
            texts.append(_display(item, reading))
            continue
        first, *others = _asked(item, reading, around)
        found += [replace(first, group=_lines(*texts, first.group)), *others]
        texts = []
    if texts and not found:
        raise parent.refuse("it has texts and no question, so they would be shown nowhere")
    if texts:
        found[-1] = replace(found[-1], hint=_lines(found[-1].hint, *texts))
    return found


def _named(raw: Element, parent: Element, number: int) -> Element:
    """Named by its linkId; without one by its place and its text."""
    link_id, text = raw.fields.get("linkId"), raw.fields.get("text")
    if isinstance(link_id, str) and link_id:
        return replace(raw, named=link_id)
    within = "" if parent.named == WHOLE else f" of {parent.named}"
    return replace(raw, named=f"item {number}{within}" + (f" ({text})" if isinstance(text, str) else ""))


def _check_meaning(element: Element) -> None:
    """Refuse an element that changes the meaning of the answers and that we would have to ignore."""
    for key, why in NOT_YET.items():
        if element.has(key):
            raise element.refuse(why)
    for key, why in NEVER.items():
        if element.flag(key):
            raise element.refuse(why)
    if element.extension_flag(HIDDEN, False):
        raise element.refuse("it is hidden from the person who answers")
    for part in element.objects():
        if part.has("modifierExtension"):
            raise element.refuse(MODIFIED)
        if part.has("valueExpression"):
            url = part.fields.get("url")
            raise element.refuse(f"its extension {url} computes something, which Interlude does not")


def _check_link_id(item: Element, seen: set[str]) -> None:
    link_id = item.text("linkId")
    if not link_id:
        raise item.refuse("it has no linkId")
    if not LINK_ID.fullmatch(link_id):
        raise item.refuse(
            "a linkId has at most 60 letters, digits, dots, hyphens and underscores, because addresses use it"
        )
    if link_id in seen:
        raise item.refuse("two items share this linkId")
    seen.add(link_id)


def _display(item: Element, reading: _Reading) -> str:
    if item.elements("enableWhen"):
        raise item.refuse("a text that depends on an answer cannot be shown yet")
    if item.elements("item"):
        raise item.refuse("a display has no items in it")
    return items.text(item, reading.language)


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _asked(item: Element, reading: _Reading, around: _Around) -> list[Question]:
    """A question with its nested questions, or the questions of a group; at least one."""
    kind = item.text("type")
    own = conditions.stated(item)
    reading.stated.extend((item.named, when) for when in own.whens)
    applied = conditions.joined(item, own, around.conditions)
    if kind == "group":
        text = _lines(around.text, items.text(item, reading.language))
        questions = _inside(item, reading, _Around(text, applied, around.depth + 1))
        if not questions:
            raise item.refuse("a group without a question")
        return questions
    alone = items.question(item, reading.value_sets, reading.language)
    question = replace(alone, group=around.text, whens=applied.whens, any_when=applied.is_any)
    if not item.elements("item"):
        return [question]
    answered = Conditions((When(question.link_id, "exists", True),))  # items inside a question belong to its answer
    inner = _Around(around.text, conditions.joined(item, answered, applied), around.depth + 1)
    return [question, *_inside(item, reading, inner)]


def offered_answers(resource: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Answer]:
    """Code → its value[x] in a QuestionnaireResponse, for an item that lists its answers."""
    whole, named = Element(resource, WHOLE), Element(item, str(item.get("linkId")))
    return {answer.option.code: answer for answer in answers(named, _value_sets(whole), "")}
