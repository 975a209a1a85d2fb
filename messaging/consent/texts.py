"""The words of the opt-in box, by version. A version that somebody agreed to is never edited: a new one is added."""

from __future__ import annotations

CURRENT = "2026-11"
# {merchant}: who the messages are about; {sender}: under which name they come.
TEXTS: dict[str, dict[str, str]] = {
    "2026-11": {
        "en": "Yes, {merchant} may send me offers and birthday greetings on WhatsApp. They come from {sender}. "
        "I can stop them at any time by replying STOP.",
        "ar": "نعم، يمكن لـ{merchant} أن يرسل إليّ عروضًا وتهاني عيد الميلاد عبر واتساب. تصلني الرسائل من {sender}. "
        "يمكنني إيقافها في أي وقت بالرد بكلمة «إيقاف».",
    },
}


def wording(*, merchant: str, sender: str, language: str, version: str = CURRENT) -> str:
    """The text of a version as a person reads it. Raises KeyError for a version that never was."""
    said = TEXTS[version]
    return said.get(language, said["en"]).format(merchant=merchant, sender=sender)
