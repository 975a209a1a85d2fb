"""Words by which a customer stops and resumes messages. Only a message that is nothing but such a word counts."""

from __future__ import annotations

import unicodedata

STOP, START = "stop", "start"
_STOPS = (
    "stop", "stop all", "stopall", "stop it", "please stop", "unsubscribe", "cancel", "end", "quit", "opt out",
    "optout", "remove me", "إيقاف", "أوقف", "أوقفوا", "توقف", "توقفوا", "قف", "إلغاء", "ألغ", "إلغاء الاشتراك",
    "إيقاف الرسائل", "لا ترسل", "لا ترسلوا", "ستوب", "berhenti", "batal", "henti",
)  # fmt: skip
_STARTS = (
    "start", "unstop", "resume", "subscribe", "opt in", "optin", "ابدأ", "ابدؤوا", "استئناف", "استأنف", "اشتراك",
    "اشترك", "ستارت", "mula",
)  # fmt: skip
# Letters of neighbouring keyboards that look the same, and endings that are written in two ways.
_SAME = str.maketrans({"ی": "ي", "ى": "ي", "ک": "ك", "ہ": "ه", "ة": "ه", "ٱ": "ا", "ء": None, "ـ": None})


def normalised(text: str) -> str:
    """`text` without case, accents, hamzas, vowel signs, tatweel, punctuation and spare blanks."""
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_SAME)
    kept = (
        char if unicodedata.category(char)[0] in "LN" else " " if unicodedata.category(char)[0] in "ZPSC" else ""
        for char in plain
        if unicodedata.category(char) != "Cf"
    )
    return " ".join("".join(kept).split())


_MEANS = {normalised(word): meaning for meaning, words in ((STOP, _STOPS), (START, _STARTS)) for word in words}


def word_of(text: str) -> str | None:
    """`stop`, `start`, or None for any other message."""
    return _MEANS.get(normalised(text)) if len(text) <= 60 else None
