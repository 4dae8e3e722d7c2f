"""The questionnaires that were answered, as FHIR resources of the export."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from server.questionnaires.definition import Definition
from server.questionnaires.fhir import OURS, SCORES, TRANSLATION
from server.questionnaires.models import Questionnaire

Resource = dict[str, Any]
OF_QUESTIONNAIRE = ("title", "_title")
OF_ITEM = ("linkId", "prefix", "_prefix", "text", "_text", "type", "required")
OF_ITEM_TOO = ("enableWhen", "enableBehavior", "answerOption", "answerValueSet")
BOUNDS = ("http://hl7.org/fhir/StructureDefinition/minValue", "http://hl7.org/fhir/StructureDefinition/maxValue")
PUBLIC_EXTENSIONS = frozenset((TRANSLATION, *SCORES, *BOUNDS))


def instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def canonical(row: Questionnaire) -> str:
    """The address and version by which answers name the questionnaire."""
    return f"{_url(row)}|{_version(row)}"


def _url(row: Questionnaire) -> str:
    return row.resource.get("url") or f"{OURS}questionnaire:{row.slug}"


def _version(row: Questionnaire) -> str:
    return row.resource.get("version") or str(row.version)


def resource_of(row: Questionnaire, definition: Definition) -> Resource:
    """The version that was answered, without the parts of the clinic's file that we don't read and so never check."""
    resource = row.resource
    used = {item.get("answerValueSet") for item in _all_items(resource)}
    sets = [one for one in resource.get("contained", []) if f"#{one.get('id')}" in used]
    exported = {key: _with_public_extensions(resource[key]) for key in OF_QUESTIONNAIRE if key in resource}
    return (
        {"title": definition.title, "status": "active"}
        | exported
        | {
            "resourceType": "Questionnaire",
            "id": row.id,
            "url": _url(row),
            "version": _version(row),
            "name": _computable(row.slug),
            "status": "active",
            "subjectType": ["Patient"],
            "contained": [_value_set(one, row) for one in sets],
            "extension": _public(resource.get("extension", [])),
            "item": [_item(item) for item in resource.get("item", [])],
        }
    )


def _all_items(parent: Resource) -> Iterator[Resource]:
    for item in parent.get("item", []):
        yield item
        yield from _all_items(item)


def _computable(slug: str) -> str:
    """R4 wants a name that programs can use: "daily-three" is DailyThree."""
    name = "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", slug))
    return name if name[:1].isalpha() else f"Q{name}"


def _with_public_extensions(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {
            key: _public(value) if key == "extension" else _with_public_extensions(value) for key, value in node.items()
        }
    return [_with_public_extensions(part) for part in node] if isinstance(node, list) else node


def _public(extensions: list[Resource]) -> list[Resource]:
    """Drop the translations of a value: fhir.resources, which many use, accepts no property beside a value."""
    exported = (one for one in extensions if one["url"] in PUBLIC_EXTENSIONS or one["url"].startswith(OURS))
    return [{key: value for key, value in one.items() if not key.startswith("_")} for one in exported]


def _item(item: Resource) -> Resource:
    kept = {key: _with_public_extensions(value) for key, value in item.items() if key in OF_ITEM + OF_ITEM_TOO}
    kept["extension"] = _public(item.get("extension", []))
    if item["type"] == "display":
        kept.pop("required", None)
    if len(item.get("enableWhen", [])) > 1:
        kept["enableBehavior"] = item.get("enableBehavior") or "all"
    return kept | {"item": [_item(inner) for inner in item.get("item", [])]}


def _value_set(one: Resource, row: Questionnaire) -> Resource:
    kept = {key: _with_public_extensions(one[key]) for key in ("compose", "expansion") if key in one}
    if "expansion" in kept:
        kept["expansion"] = {"timestamp": instant(row.made_at)} | kept["expansion"]
    return {"resourceType": "ValueSet", "id": one["id"], "status": "active"} | kept
