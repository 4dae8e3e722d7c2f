"""Counts the syllables of a word, well enough for measuring whole pages."""

import re


def english_syllables(word: str) -> int:
    """Counts groups of vowels, without a silent e."""
    bare = re.sub(r"[^a-z]", "", word.lower())
    bare = re.sub(r"(?<=[^aeiouyl])e$|(?<=[^aeiouytd])ed$|(?<=[^aeiouysxz])es$", "", bare)
    return max(len(re.findall(r"[aeiouy]+", bare)), 1)


def spanish_syllables(word: str) -> int:
    """Each strong vowel, and each weak one with an accent, is a syllable. A group without any is one syllable."""
    bare = re.sub(r"y(?![aeiouáéíóú])", "i", word.lower())
    groups = re.findall(r"[aeiouáéíóúü]+", bare)
    return max(sum(max(len(re.findall(r"[aeoáéíóú]", group)), 1) for group in groups), 1)
