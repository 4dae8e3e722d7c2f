"""Whether a Bundle is valid FHIR R4. The library fhir.resources checks types.

This module adds what it leaves out: R4's invariants, the codes of required value sets, empty values, references, and
whether a response fits its questionnaire. Invariants have their names from the specification.
"""

import re
from collections.abc import Iterator
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

Resource = dict[str, Any]
ZONED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
ANSWERS = {"choice": "valueCoding", "boolean": "valueBoolean", "integer": "valueInteger", "string": "valueString"}
ITEM_TYPES = ("group", "display", "boolean", "integer", "string", "choice", "collection")  # also for a Bundle
WITH_OPTIONS = ("choice", "open-choice", "decimal", "integer", "date", "dateTime", "time", "string", "quantity")


def faults(bundle: Resource) -> list[str]:
    """Each fault as text; none for a valid Bundle in which every reference resolves."""
    entries = bundle["entry"]
    urls = [entry["fullUrl"] for entry in entries]
    found = [f"empty: {path}" for path in _empty(bundle, "Bundle")]
    found += [] if len(set(urls)) == len(urls) else ["bdl-7"]
    found += [
        f"fullUrl: {url}"
        for url in urls
        if not re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", url)
    ]
    found += [f"unresolved: {said}" for said in _references(bundle) if said not in urls]
    found += [] if ZONED.fullmatch(bundle.get("timestamp", "")) else ["timestamp"]
    for resource in (bundle, *(entry["resource"] for entry in entries)):
        found += _of_type(resource)
    questionnaires = {f"{one['url']}|{one['version']}": one for one in _all(bundle, "Questionnaire")}
    for kind, invariants in INVARIANTS.items():
        for resource in _all(bundle, kind):
            found += [f"{kind}: {name}" for name in invariants(resource)]
    for response in _all(bundle, "QuestionnaireResponse"):
        asked = questionnaires.get(response["questionnaire"])
        found += _unfit(response, asked) if asked else [f"unresolved: {response['questionnaire']}"]
    return found


def _all(bundle: Resource, kind: str) -> list[Resource]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def _empty(node: Any, path: str) -> Iterator[str]:
    if node is None or node in ("", [], {}) or (isinstance(node, str) and not node.strip()):
        yield path
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        yield from _empty(value, f"{path}.{key}")


def _references(node: Any) -> Iterator[str]:
    for part in _objects(node):
        if isinstance(part.get("reference"), str):
            yield part["reference"]


def _objects(node: Any) -> Iterator[Resource]:
    if isinstance(node, dict):
        yield node
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _objects(value)


# --- types and codes


def _of_type(resource: Resource) -> list[str]:
    kind = resource["resourceType"]
    try:
        model = get_fhir_model_class(kind).model_validate(resource)
    except ValueError as error:
        return [f"{kind}: {error}"]
    return [f"{kind}: {fault}" for fault in _codes(model)]


def _codes(model: Any) -> Iterator[str]:
    """Codes that are not in their value set. The library has the sets and does not check them."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name, None)
        allowed = ITEM_TYPES if name == "type" else (field.json_schema_extra or {}).get("enum_values")
        for one in value if isinstance(value, list) else [value]:
            if allowed and one is not None and one not in allowed:
                yield f"{name} is {one}"
            if hasattr(type(one), "model_fields") and type(one).__name__ not in ("BundleEntry",):
                yield from _codes(one)


# --- invariants


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
        said.startswith("#") and said[1:] not in [c["id"] for c in one.get("contained", [])] for said in used if said
    ):
        yield "ref-1"
    for part in _objects(one.get("contained", [])):
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
    for part in _objects(one):
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


# --- a response fits its questionnaire


def _unfit(response: Resource, asked: Resource) -> list[str]:
    sets = {f"#{one['id']}": one for one in asked.get("contained", [])}
    return list(_unfit_items(response.get("item", []), asked.get("item", []), sets))


def _unfit_items(given: list[Resource], asked: list[Resource], sets: dict[str, Resource]) -> Iterator[str]:
    order = [item["linkId"] for item in asked]
    link_ids = [item["linkId"] for item in given]
    if not set(link_ids) <= set(order) or link_ids != sorted(link_ids, key=order.index):
        yield f"{link_ids} do not stand like {order}"
        return
    for item in given:
        question = asked[order.index(item["linkId"])]
        for answer in item.get("answer", ()):
            yield from _unfit_answer(answer, question, sets)
            yield from _unfit_items(answer.get("item", []), question.get("item", []), sets)
        yield from _unfit_items(item.get("item", []), question.get("item", []), sets)


def _unfit_answer(answer: Resource, question: Resource, sets: dict[str, Resource]) -> Iterator[str]:
    [(key, value)] = [pair for pair in answer.items() if pair[0].startswith("value")]
    offered = [_bare(option) for option in question.get("answerOption", ())]
    if "answerValueSet" in question:
        parts = _objects(sets[question["answerValueSet"]])
        listed = [
            (part.get("system"), code)
            for part in parts
            for code in (*part.get("concept", ()), *part.get("contains", ()))
        ]
        offered = [
            {"valueCoding": {"system": code.get("system", system), "code": code["code"], "display": code["display"]}}
            for system, code in listed
        ]
    if offered and {key: value} not in offered:
        yield f"{question['linkId']}: {value} is none of its answers"
    if not offered and ANSWERS[question["type"]] != key:
        yield f"{question['linkId']}: a {question['type']} is not {key}"


def _bare(option: Resource) -> Resource:
    [(key, value)] = [pair for pair in option.items() if pair[0].startswith("value")]
    return {
        key: {k: v for k, v in value.items() if k[0] != "_" and k != "extension"} if isinstance(value, dict) else value
    }
