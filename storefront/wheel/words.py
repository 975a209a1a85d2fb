"""Sentences about wheels for their merchant: why a segment rests, what changed between two versions."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from merchants import words as merchant_words
from merchants.models import Batch
from storefront import words
from storefront.wheel.models import Segment, WheelVersion

BARRED: dict[str, Any] = {
    "paused": gettext_lazy("The batch is paused"),
    "over": gettext_lazy("The batch has run out"),
    "closed": gettext_lazy("The batch is not open"),
    "not_yet": gettext_lazy("The batch has not begun"),
    "sold_out": gettext_lazy("All coupons are taken"),
    "pacing": gettext_lazy("This hour's limit is reached"),
}


def batch_name(batch: Batch | None, currency: str) -> str:
    """`20% off · Breakfast deal`, or what stands for no prize."""
    if batch is None:
        return _("No prize")
    offer, title = merchant_words.offer(batch, currency), batch.title(words.language())
    return f"{offer} · {title}" if offer and offer != title else title


def changes(old: WheelVersion | None, new: WheelVersion, currency: str) -> list[str]:
    """What a version changed, in the order of the wheel. Segments with the same English label are the same."""
    if old is None:
        return [_("The first version.")]
    before, after = _named(old), _named(new)
    found = [_("Removed: %(label)s") % {"label": _label(one)} for key, one in before.items() if key not in after]
    for key, one in after.items():
        if key not in before:
            found.append(_("Added: %(label)s, weight %(weight)s") % {"label": _label(one), "weight": one.weight})
        else:
            found += [f"{_label(one)}: {text}" for text in _segment(before[key], one, currency)]
    same = [key for key in before if key in after], [key for key in after if key in before]
    if same[0] != same[1]:
        found.append(_("The order of the segments is another one."))
    if old.always_batch_id != new.always_batch_id:
        given = batch_name(new.always_batch, currency) if new.always_batch else _("nothing")
        found.append(_("Given in any case: %(what)s") % {"what": given})
    return found


def _named(version: WheelVersion) -> dict[tuple[str, int], Segment]:
    """Segments by their label, and where several have the same by which of them it is."""
    found: dict[tuple[str, int], Segment] = {}
    for one in sorted(version.segments.all(), key=lambda segment: segment.position):
        found[one.label_en, sum(name == one.label_en for name, _nth in found)] = one
    return found


def _label(one: Segment) -> str:
    return one.label(words.language())


def _segment(old: Segment, new: Segment, currency: str) -> list[str]:
    found = []
    if old.weight != new.weight:
        found.append(_("weight %(new)s instead of %(old)s") % {"new": new.weight, "old": old.weight})
    if old.batch_id != new.batch_id:
        found.append(_("gives %(what)s") % {"what": batch_name(new.batch, currency)})
    if old.per_hour != new.per_hour:
        limit = _("at most %(count)s an hour") % {"count": new.per_hour} if new.per_hour else _("no limit per hour")
        found.append(limit)
    if old.label_ar != new.label_ar:
        found.append(_("another Arabic label"))
    if old.colour != new.colour:
        found.append(_("another colour"))
    return found
