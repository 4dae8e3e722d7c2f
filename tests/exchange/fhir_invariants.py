"""The invariants of FHIR R4, under their names in the specification, which fhir.resources does not check."""

import re
from collections.abc import Iterator
from typing import Any

Resource = dict[str, Any]
ZONED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
ITEM_TYPES = ("group", "display", "boolean", "integer", "string", "choice", "collection")  # also for a Bundle
WITH_OPTIONS = ("choice", "open-choice", "decimal", "integer", "date", "dateTime", "time", "string", "quantity")


def objects_in(node: Any) -> Iterator[Resource]:
    if isinstance(node, dict):
        yield node
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from objects_in(value)


def _appointment(one: Resource) -> Iterator[str]:
    has_both, has_one = "start" in one and "end" in one, ("start" in one) != ("end" in one)
    if not all("type" in part or "actor" in part for part in one["participant"]):
        yield "app-1"
    if has_one:
        yield "app-2"
    if not has_both and one["status"] not in ("proposed", "cancelled", "waitlist"):
        yield "app-3"
    if "cancelationReason" in one and one["status"] not in ("cancelled", "noshow"):
        yield "app-4"
    moments = [one[key] for key in ("start", "end") if key in one]
    if not all(ZONED.fullmatch(moment) for moment in moments) or moments != sorted(moments):
        yield "times"


def _questionnaire(one: Resource) -> Iterator[str]:
    items = list(_items(one))
    link_ids = [item["linkId"] for item in items]
    if not re.fullmatch(r"[A-Z]([A-Za-z0-9_]){0,254}", one.get("name", "")):
        yield "que-0"
    if len(set(link_ids)) != len(link_ids):
        yield "que-2"
    for item in items:
        yield from _question(item)
    used = {item.get("answerValueSet") for item in items}
    if any(f"#{contained['id']}" not in used for contained in one.get("contained", [])):
        yield "dom-3"
    if any(
        reference.startswith("#") and reference[1:] not in [c["id"] for c in one.get("contained", [])]
        for reference in used
        if reference
    ):
        yield "ref-1"
    for part in objects_in(one.get("contained", [])):
        if "concept" in part and "system" not in part:
            yield "vsd-1"
    yield from _extensions(one)


def _question(item: Resource) -> Iterator[str]:
    kind, whens = item["type"], item.get("enableWhen", [])
    has_options, has_set = "answerOption" in item, "answerValueSet" in item
    faults_of = {
        "que-1": (kind == "group" and "item" not in item) or (kind == "display" and "item" in item),
        "que-3": kind == "display" and "code" in item,
        "que-4": has_options and has_set,
        "que-5": kind not in WITH_OPTIONS and (has_options or has_set),
        "que-6": kind == "display" and ("required" in item or "repeats" in item),
        "que-7": any(when["operator"] == "exists" and "answerBoolean" not in when for when in whens),
        "que-8": kind in ("group", "display") and "initial" in item,
        "que-9": kind == "display" and "readOnly" in item,
        "que-10": "maxLength" in item
        and kind not in ("boolean", "decimal", "integer", "string", "text", "url", "open-choice"),
        "que-11": has_options and "initial" in item,
        "que-12": len(whens) > 1 and "enableBehavior" not in item,
        "que-13": len(item.get("initial", [])) > 1 and not item.get("repeats"),
    }
    yield from (name for name, is_fault in faults_of.items() if is_fault)


def _extensions(one: Resource) -> Iterator[str]:
    for part in objects_in(one):
        for extension in part.get("extension", ()):
            if ("extension" in extension) == any(key.startswith("value") for key in extension):
                yield "ext-1"


def _items(parent: Resource) -> Iterator[Resource]:
    for item in parent.get("item", ()):
        yield item
        yield from _items(item)


def _response(one: Resource) -> Iterator[str]:
    for item in _items(one):
        if "item" in item and any("item" in answer for answer in item.get("answer", ())):
            yield "qrs-1"
    if not ZONED.fullmatch(one["authored"]):
        yield "authored"


def _patient(one: Resource) -> Iterator[str]:
    if any("value" in telecom and "system" not in telecom for telecom in one.get("telecom", ())):
        yield "cpt-2"
    for contact in one.get("contact", ()):
        if not contact.keys() & {"name", "telecom", "address", "organization"}:
            yield "pat-1"


def _organization(one: Resource) -> Iterator[str]:
    if "name" not in one and "identifier" not in one:
        yield "org-1"
    yield from _patient(one)


INVARIANTS = {
    "Appointment": _appointment,
    "Questionnaire": _questionnaire,
    "QuestionnaireResponse": _response,
    "Patient": _patient,
    "RelatedPerson": _patient,
    "Organization": _organization,
}
