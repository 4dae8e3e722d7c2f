"""Names are found by any of their spellings: accents, apostrophes, case, order. Pure."""

import re
import unicodedata

from server.typed.text import one_line

# Letters that Unicode does not take apart, as somebody without that keyboard writes them.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
_APOSTROPHES = re.compile(r"['’‘ʼʻ`´ʹ′＇]")
_BETWEEN_WORDS = re.compile(r"[^\w]+|_")


def plain(text: str) -> str:
    """The text without accents, apostrophes, case and punctuation, with single spaces between words: for searching."""
    apart = unicodedata.normalize("NFKD", one_line(text)).casefold()
    bare = "".join(ch for ch in apart if unicodedata.category(ch) not in ("Mn", "Cf")).translate(_PLAIN)
    return _BETWEEN_WORDS.sub(" ", _APOSTROPHES.sub("", bare)).strip()


def is_found(sought: str, text: str) -> bool:
    """Whether every word of `sought` is in the text, in any order and any spelling."""
    here = plain(text)
    joined = here.replace(" ", "")
    return all(word in here or word in joined for word in plain(sought).split())
