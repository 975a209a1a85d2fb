"""Words for what one may not do: which permission is missing, and who can give it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

_VERBS: dict[str, tuple[Any, Any]] = {}
_ANYBODY = _("an owner or administrator of this account")


def describe_verbs(words: dict[str, Any], *, who: Any = _ANYBODY) -> None:
    """Say what verbs mean (`"batch.generate": _("generate coupons")`) and who can grant them."""
    for verb, meaning in words.items():
        _VERBS[verb] = (meaning, who)


def meaning_of(verb: str) -> tuple[str, str]:
    """What `verb` means and who can grant it, in the page's language."""
    meaning, who = _VERBS.get(verb, ("", _ANYBODY))
    return str(meaning), str(who)
