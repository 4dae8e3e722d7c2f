"""Find names by any of their spellings: accents, apostrophes, case, order. Pure."""

import re
import unicodedata

from server.typed.text import is_blank, one_line

# Letters that Unicode does not decompose, as people without that keyboard write them.
_PLAIN = str.maketrans({"ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "n", "ə": "e"})
_CHANGED_LETTER = re.compile(r"LATIN SMALL LETTER ([A-Z]) WITH ")  # a bar or a hook, as in ø, ł, ɓ
# As passports and keyboards without these letters write them.
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ø": "oe", "ü": "ue", "å": "aa", "đ": "dj", "ə": "a"})
# Letters of one sound for which Arabic, Persian and Urdu keyboards each have a form of their own.
_ARABIC = str.maketrans("یىےکةہھ", "يييكههه")
# Signs that people use as apostrophes, among them letters such as the Mayan ꞌ and the ʿ of Arabic names.
_APOSTROPHES = re.compile("['`´′＇‘-‛ʹʻ-ˁˈˊˋꞋꞌ՚׳ߴߵ]")
_TATWEEL = "\u0640"  # draws out an Arabic letter
_BETWEEN_WORDS = re.compile(r"[^\w]+|_")


def plain(text: str) -> str:
    """The text without accents, apostrophes, case and punctuation, with single spaces between words: for searching."""
    apart = unicodedata.normalize("NFKD", one_line(text)).casefold()
    bare = "".join(_bare(ch) for ch in apart).translate(_PLAIN).translate(_ARABIC)
    return _BETWEEN_WORDS.sub(" ", _APOSTROPHES.sub("", bare)).strip()


def is_found(sought: str, text: str) -> bool:
    """Whether every word of `sought` is in the text, in any order and any spelling.

    If `sought` has no letter, the text must have its signs, such as an emoji. Punctuation alone finds nothing.
    """
    if not plain(sought):
        return is_blank(sought) or (not _is_punctuation(sought) and one_line(sought) in one_line(text))
    here, spelled_out = plain(text), plain(_spelled_out(text))
    forms = (here, here.replace(" ", ""), spelled_out, spelled_out.replace(" ", ""))
    wanted = spellings(sought)
    return any(all(any(word in form for form in forms) for word in spelling.split()) for spelling in wanted)


def spellings(text: str) -> set[str]:
    """The text as `plain` writes it, and as passports do: "muller" and "mueller"."""
    return {plain(text), plain(_spelled_out(text))}


def _is_punctuation(text: str) -> bool:
    return all(unicodedata.category(character)[0] in "PZ" for character in text)


def _bare(character: str) -> str:
    if character.isascii():
        return character
    if character == _TATWEEL or unicodedata.category(character) in ("Mn", "Cf"):
        return ""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    changed = _CHANGED_LETTER.match(unicodedata.name(character, ""))
    return changed[1].lower() if changed else character


def _spelled_out(text: str) -> str:
    """ "Mueller" for "Müller"."""
    return unicodedata.normalize("NFC", text).casefold().translate(_SPELLED_OUT)
