"""Tags that a merchant gives its customers, as text: how one is written, and when two are the same. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError

LONGEST = 30
MOST = 20
# Different ones of one merchant: forms offer all of them side by side.
MOST_KINDS = 200
# Both alphabets' commas stand between two tags, so neither can stand in one.
_BETWEEN = re.compile("[,،]")
# Joiners and non-joiners shape letters, of Persian words and of emoji; other marks come along unseen with pasted text.
_JOINERS = "\u200c\u200d"
_NO_TEXT = {"Cc", "Cs", "Cn", "Co"}


class BadTag(DomainError):
    """A tag, or a set of them, that is refused. `data["field"]` is `tags`."""

    code = "invalid"
    status = 422

    def __init__(self, message: Any, **data: Any) -> None:
        super().__init__(message, field="tags", **data)


def key(tag: str) -> str:
    """What two spellings of one tag have in common: large and small letters are the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", tag).casefold())


def clean(text: str) -> str:
    """One tag as it is stored: trimmed, inner spaces as one, composed. Raises BadTag."""
    tag = unicodedata.normalize("NFC", " ".join(_seen(text).split()))
    if not tag.strip(_JOINERS):
        raise BadTag(_("Type a tag."))
    if len(tag) > LONGEST:
        said = {"tag": tag[:LONGEST], "most": LONGEST}
        raise BadTag(_("“%(tag)s…” is too long: a tag has at most %(most)s characters.") % said)
    if _BETWEEN.search(tag):
        raise BadTag(_("A tag has no comma: commas stand between tags."))
    if any(unicodedata.category(char) in _NO_TEXT for char in tag):
        raise BadTag(_("A tag is text only."))
    return tag


def is_clean(tag: str) -> bool:
    """Whether it could be a tag just as it stands."""
    try:
        return clean(tag) == tag
    except BadTag:
        return False


def clean_all(texts: Iterable[str]) -> list[str]:
    """The tags of one customer, each once by its first spelling, in the order given. Raises BadTag."""
    found: dict[str, str] = {}
    for tag in map(clean, texts):
        found.setdefault(key(tag), tag)
    if len(found) > MOST:
        raise BadTag(_("A customer has at most %(most)s tags.") % {"most": MOST})
    return list(found.values())


def split(text: str) -> list[str]:
    """What was typed into one field, apart at the commas of either alphabet; empty parts are nothing."""
    return [part for part in _BETWEEN.split(text) if _seen(part).strip(_JOINERS + " ")]


def _seen(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char) != "Cf" or char in _JOINERS)
