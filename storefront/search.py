"""How offers are searched: one normal form of text for what is stored and for what is typed.

Letters that people write differently in Arabic are one letter, marks over letters are none. The database keeps words
of this form in GIN indexes over the very expressions that stand here; row-level security keeps an index with `@@`
from visitors, so a listed function (migration 0001) looks and returns ids, which visitors then read through their wall.
"""

from __future__ import annotations

import re

_FROM, _TO = "أإآٱىةؤئ", "اااايهوي"
_MARKS = "".join(chr(code) for code in (*range(0x064B, 0x0653), 0x0640, 0x0670))
_READ = str.maketrans(_FROM, _TO, _MARKS)
_WORD = re.compile(r"\w+")
MOST_WORDS = 5


def normal(text: str) -> str:
    """Lower case, one form of each Arabic letter, no marks."""
    return text.lower().translate(_READ)


def words(text: str) -> list[str]:
    """The words of a query, each once, as `to_tsquery` takes them: prefixes, so that typing half a word finds."""
    found = dict.fromkeys(_WORD.findall(normal(text)))
    return [f"{word[:40]}:*" for word in found if word.strip("_")][:MOST_WORDS]


def _vector(*columns: str) -> str:
    text = " || ' ' || ".join(columns)
    return f"to_tsvector('simple'::regconfig, translate(lower({text}), '{_FROM}{_MARKS}', '{_TO}'))"


BATCH_WORDS = _vector("title_en", "title_ar", "offer_text_en", "offer_text_ar")
MERCHANT_WORDS = _vector("brand_name", "brand_name_ar")
