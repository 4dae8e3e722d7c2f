"""How many syllables a word has, near enough for measuring whole pages."""

import re


def english_syllables(word: str) -> int:
    """Groups of vowels, a silent e left out."""
    bare = re.sub(r"[^a-z]", "", word.lower())
    bare = re.sub(r"(?<=[^aeiouyl])e$|(?<=[^aeiouytd])ed$|(?<=[^aeiouysxz])es$", "", bare)
    return max(len(re.findall(r"[aeiouy]+", bare)), 1)


def spanish_syllables(word: str) -> int:
    """In each group of vowels, a strong one or a weak one with an accent is a syllable; else the group is one."""
    bare = re.sub(r"y(?![aeiouáéíóú])", "i", word.lower())
    groups = re.findall(r"[aeiouáéíóúü]+", bare)
    return max(sum(max(len(re.findall(r"[aeoáéíóú]", group)), 1) for group in groups), 1)
