"""Which of WhatsApp's approved texts a merchant may choose for an automation or campaign.

Called at level merchant; the texts are read at level site.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from kernel.errors import DomainError
from messaging.choices import TEXTS_OF, Trigger
from messaging.meta.choices import Purpose
from messaging.meta.queries import templates
from tenants.walls import current_site, wall


class BadText(DomainError):
    code = "bad_text"


def to_choose(trigger: Trigger, *, kept: str) -> list[Purpose]:
    """Those of its kind that are approved, in either language, and the one that it has."""
    offered = TEXTS_OF[trigger]
    with wall(current_site(), "site"):
        usable = set(templates.list_usable().filter(purpose__in=offered).values_list("purpose", flat=True))
    now = kept or offered[0]
    return [one for one in offered if one in usable or one == now]


def must_be_one_of(trigger: Trigger, chosen: str, *, kept: str) -> None:
    """Raises BadText for a text that is not of its kind, or not approved. "" is the usual one."""
    if chosen and chosen not in to_choose(trigger, kept=kept):
        raise BadText(_("Choose a text that WhatsApp has approved."), field="purpose")
