"""What a wheel's rows say in codes, and its colours. Imports no models."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

FEWEST, MOST = 2, 12
LONGEST_LABEL = 24
HEAVIEST = 10_000
BUSIEST_HOUR = 10_000


class Outcome(TextChoices):
    WIN = "win", _("Win")
    NO_PRIZE = "no_prize", _("No prize")
    NOTHING_LEFT = "nothing_left", _("Nothing left to win")


class Source(TextChoices):
    PHONE = "phone", _("Own phone")
    KIOSK = "kiosk", _("Screen in the store")


@dataclass(frozen=True)
class Paint:
    """A segment's fill and the colour of its label on it: at least 4.5 to 1 in contrast."""

    fill: str
    ink: str


class Colour(TextChoices):
    TEAL = "teal", _("Teal")
    AMBER = "amber", _("Amber")
    INDIGO = "indigo", _("Indigo")
    ROSE = "rose", _("Rose")
    MINT = "mint", _("Mint")
    PLUM = "plum", _("Plum")
    SAND = "sand", _("Sand")
    BLUE = "blue", _("Blue")
    CORAL = "coral", _("Coral")
    FOREST = "forest", _("Forest")
    SKY = "sky", _("Sky")
    SLATE = "slate", _("Slate")


PAINTS: dict[str, Paint] = {
    Colour.TEAL: Paint("#0f766e", "#ffffff"),
    Colour.AMBER: Paint("#fcd34d", "#291c00"),
    Colour.INDIGO: Paint("#4338ca", "#ffffff"),
    Colour.ROSE: Paint("#fda4af", "#3b0712"),
    Colour.MINT: Paint("#a7f3d0", "#052e1e"),
    Colour.PLUM: Paint("#86198f", "#ffffff"),
    Colour.SAND: Paint("#f1e4c8", "#2c2210"),
    Colour.BLUE: Paint("#1d4ed8", "#ffffff"),
    Colour.CORAL: Paint("#fdba74", "#341303"),
    Colour.FOREST: Paint("#166534", "#ffffff"),
    Colour.SKY: Paint("#bae6fd", "#062536"),
    Colour.SLATE: Paint("#334155", "#ffffff"),
}
