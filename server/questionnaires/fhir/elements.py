"""Reads the JSON objects of a FHIR resource. A malformed one is refused, with the name of its item."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.typed.text import is_blank

TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
MODIFIED = "a modifierExtension changes its meaning"
WHAT_IS = {str: "text", bool: "true or false", int: "a whole number"}


def seen(text: str) -> str:
    """The text, or "" if it has no visible character."""
    return "" if is_blank(text) else text


class BadQuestionnaire(ValueError):
    """A Questionnaire that Interlude cannot ask; `named` is the item, or the field of the questionnaire itself."""

    def __init__(self, named: str, why: str) -> None:
        super().__init__(f"{named}: {why}")
        self.named, self.why = named, why


@dataclass(frozen=True)
class Element:
    """One JSON object, and how a refusal names the item that it belongs to."""

    fields: Mapping[str, Any]
    named: str

    def refuse(self, why: str) -> BadQuestionnaire:
        return BadQuestionnaire(self.named, why)

    def has(self, key: str) -> bool:
        return key in self.fields

    def text(self, key: str, language: str = "") -> str:
        """The text at `key`, translated where it can be; "" if there is none."""
        text = self._value(key, str, "")
        return self._translated(key, text, language)

    def flag(self, key: str) -> bool:
        return bool(self._value(key, bool, False))

    def number(self, key: str, default: int) -> int:
        return int(self._value(key, int, default))

    def element(self, key: str) -> "Element":
        found = self.fields.get(key, {})
        if not isinstance(found, Mapping):
            raise self.refuse(f"its {key} is not an object")
        return Element(found, self.named)

    def elements(self, key: str) -> list["Element"]:
        found = self.fields.get(key, [])
        if not isinstance(found, list | tuple) or not all(isinstance(one, Mapping) for one in found):
            raise self.refuse(f"its {key} is not a list of objects")
        return [Element(one, self.named) for one in found]

    def objects(self) -> Iterator["Element"]:
        """Every object in it, itself first; without its items and contained resources, which we read separately."""
        waiting: list[Any] = [self.fields]
        while waiting:
            found = waiting.pop()
            if isinstance(found, Mapping):
                yield Element(found, self.named)
                waiting += [value for key, value in found.items() if key not in ("item", "contained")]
            elif isinstance(found, list | tuple):
                waiting += found

    def value(self, start: str) -> tuple[str, Any]:
        """The key and the value of a choice such as value[x]; ("", None) if there is none."""
        keys = [key for key in self.fields if isinstance(key, str) and key.startswith(start) and key != start]
        if len(keys) > 1:
            raise self.refuse(f"it has both {keys[0]} and {keys[1]}")
        return (keys[0], self.fields[keys[0]]) if keys else ("", None)

    def extensions(self) -> Iterator[tuple[str, "Element"]]:
        for extension in self.elements("extension"):
            url = extension.text("url")
            if not url:
                raise self.refuse("an extension has no url")
            yield url, extension

    def extension_text(self, url: str, default: str, language: str) -> str:
        extension = self._extension(url, "valueString")
        return (extension.text("valueString", language) or default) if extension else default

    def extension_flag(self, url: str, default: bool) -> bool:
        extension = self._extension(url, "valueBoolean")
        return bool(extension._value("valueBoolean", bool, default)) if extension else default

    def extension_number(self, url: str, default: int) -> int:
        extension = self._extension(url, "valueInteger")
        return int(extension._value("valueInteger", int, default)) if extension else default

    def _extension(self, url: str, key: str) -> "Element | None":
        found = [extension for name, extension in self.extensions() if name == url]
        if len(found) > 1:
            raise self.refuse(f"it has two extensions {url}")
        if found and found[0].value("value")[0] != key:
            raise self.refuse(f"its extension {url} has no {key}")
        return found[0] if found else None

    def _value(self, key: str, kind: type[str] | type[bool] | type[int], default: Any) -> Any:
        if key not in self.fields:
            return default
        value = self.fields[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.refuse(f"its {key} is not {WHAT_IS[kind]}")
        return value

    def _translated(self, key: str, text: str, language: str) -> str:
        """FHIR keeps translations in the sibling property `_key`. Each is checked, whatever the language."""
        found = text
        for url, extension in self.element(f"_{key}").extensions():
            if url != TRANSLATION:
                continue
            parts = dict(extension.extensions())
            code = parts["lang"].text("valueCode") if "lang" in parts else ""
            content = parts["content"].value("value")[1] if "content" in parts else ""
            if not isinstance(content, str):
                raise self.refuse(f"a translation of its {key} is not text")
            if content and language in (code, code.partition("-")[0]) and found == text:
                found = content
        return found
