"""Words by which a customer stops and resumes messages. Only a message that is nothing but such words counts.

STOP is taken generously, for whoever is not understood gets more messages and nobody reads the complaint; START is not.
"""

from __future__ import annotations

import unicodedata

STOP, START = "stop", "start"
_STOPS = (
    "stop", "stop all", "stopall", "stop it", "please stop", "unsubscribe", "cancel", "end", "quit", "opt out",
    "optout", "remove me", "إيقاف", "أوقف", "أوقفوا", "توقف", "توقفوا", "قف", "إلغاء", "ألغ", "إلغاء الاشتراك",
    "لا ترسل", "لا ترسلوا", "لا ترسلوا لي", "لا ترسل لي", "لا تراسلني", "لا تراسلوني", "لا أريد رسائل",
    "لا أريد رسائلكم", "ستوب", "no more messages", "berhenti", "batal", "henti",
)  # fmt: skip
# A message that begins with one of the first, or with a politeness, and has nothing but these: "Stop promotions".
_STOP_VERBS = ("stop", "unsubscribe", "unsub", "أوقف", "أوقفوا", "إيقاف", "توقف", "توقفوا", "إلغاء", "ستوب", "berhenti")
_POLITE = ("please", "pls", "plz", "فضلا", "رجاء", "لو", "سمحت", "سمحتم", "من", "فضلك", "فضلكم", "tolong")
_BESIDES = (
    "all", "the", "these", "this", "your", "sending", "texting", "messaging", "me", "messages", "message", "msgs",
    "texts", "promotions", "promotion", "promos", "promo", "ads", "offers", "marketing", "whatsapp", "now", "thanks",
    "thank", "you", "كل", "جميع", "هذه", "الرسائل", "رسائل", "رسائلكم", "العروض", "عروض", "الإعلانات", "الدعاية",
    "الإرسال", "إرسال", "مراسلتي", "الاشتراك", "شكرا", "الآن", "واتساب", "mesej",
)  # fmt: skip
_MOST_WORDS = 6
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


_VERBS, _PLEASE, _FILLERS = (
    frozenset(normalised(word) for word in words) for words in (_STOP_VERBS, _POLITE, _BESIDES)
)


def word_of(text: str) -> str | None:
    """`stop`, `start`, or None for any other message."""
    if len(text) > 60:
        return None
    plain = normalised(text)
    return _MEANS.get(plain) or (STOP if _is_wordy_stop(plain.split()) else None)


def _is_wordy_stop(words: list[str]) -> bool:
    """Whether it says to stop, and besides only what, and please."""
    while words and words[0] in _PLEASE:
        words = words[1:]
    known = _VERBS | _PLEASE | _FILLERS
    return 0 < len(words) <= _MOST_WORDS and words[0] in _VERBS and all(word in known for word in words)
