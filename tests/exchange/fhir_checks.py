"""Whether a Bundle is valid FHIR R4. The library fhir.resources checks types.

This module and fhir_invariants.py add what it leaves out: R4's invariants, the codes of required value sets, empty
values, references, and whether a response fits its questionnaire.
"""

import re
from collections.abc import Iterator
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

from tests.exchange.fhir_invariants import INVARIANTS, ITEM_TYPES, ZONED, Resource, objects_in

ANSWERS = {"choice": "valueCoding", "boolean": "valueBoolean", "integer": "valueInteger", "string": "valueString"}


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
    found += [f"unresolved: {reference}" for reference in _references(bundle) if reference not in urls]
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
    for part in objects_in(node):
        if isinstance(part.get("reference"), str):
            yield part["reference"]


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
        parts = objects_in(sets[question["answerValueSet"]])
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
