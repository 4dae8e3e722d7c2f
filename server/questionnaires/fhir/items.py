"""One item of a FHIR R4 Questionnaire as a question, with its answers or its scale."""

from collections.abc import Mapping

from server.questionnaires.fhir.elements import Element, seen
from server.questionnaires.fhir.options import answers
from server.questionnaires.question import Question, QuestionType

OURS = "urn:interlude:"
LEAST = "http://hl7.org/fhir/StructureDefinition/minValue"
MOST = "http://hl7.org/fhir/StructureDefinition/maxValue"


def text(item: Element, language: str) -> str:
    return " ".join(part for part in (item.text("prefix", language), item.text("text", language)) if part)


def question(item: Element, value_sets: Mapping[str, Element], language: str) -> Question:
    """The question that an item asks. Raises BadQuestionnaire if Interlude cannot ask it."""
    kind = item.text("type")
    lists = item.has("answerOption") or item.has("answerValueSet")
    if kind not in (*QuestionType, *(("string",) if lists else ())):
        raise item.refuse(f"items of type {kind} cannot be asked yet" if kind else "it has no type")
    if kind == QuestionType.BOOLEAN and lists:
        raise item.refuse("a yes-or-no question has no list of answers")
    if not seen(item.text("text")):
        raise item.refuse("it has no text to ask")
    chosen = lists or kind == QuestionType.CHOICE
    lowest, highest = _scale(item) if kind == QuestionType.INTEGER and not chosen else (0, 10)
    return Question(
        link_id=item.text("linkId"),
        text=text(item, language),
        type=QuestionType.CHOICE if chosen else QuestionType(kind),
        options=tuple(answer.option for answer in answers(item, value_sets, language)) if chosen else (),
        short=item.extension_text(OURS + "short", item.text("text", language), language),
        hint=item.extension_text(OURS + "hint", "", language),
        low_end=item.extension_text(OURS + "low-end", "", language),
        high_end=item.extension_text(OURS + "high-end", "", language),
        profile=item.extension_text(OURS + "profile", "", ""),
        patient_only=item.extension_flag(OURS + "patient-only", False),
        worse_answer=item.extension_flag(OURS + "worse-answer", True),
        lowest=lowest,
        highest=highest,
    )


def _scale(item: Element) -> tuple[int, int]:
    """The lowest and highest number of a scale. One of ours is from 0 to 10, unless the file narrows it."""
    given = {url for url, _ in item.extensions()}
    if not (given >= {LEAST, MOST} or any(url.startswith(OURS) for url in given)):
        raise item.refuse("it does not say from which number to which (minValue, maxValue)")
    lowest, highest = item.extension_number(LEAST, 0), item.extension_number(MOST, 10)
    if not 0 <= lowest < highest <= 10:
        raise item.refuse(f"a scale from {lowest} to {highest} cannot be asked yet, only one within 0 to 10")
    return lowest, highest
