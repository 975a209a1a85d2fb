"""One statement of one owner for one month."""

from __future__ import annotations

from django.db import models

from agents.statements.choices import Level, State
from tenants.walls.base import PublicModel
from tenants.walls.levels import MASTER_ID

_PLATFORM = models.Q(level="platform")


class Statement(PublicModel):
    """A document that a trigger keeps from changing once it is ready; only `emailed_at` may be noted, once.

    `starts_at` is the end of the month before where that was made, so that periods meet even when the owner's time zone
    changed. `number` runs without a gap per site and level: it is taken with the row, and no row can be removed.
    `figures` is what both files say; `hash_…` are SHA-256 of the files.
    """

    site_id = models.UUIDField()
    level = models.CharField(max_length=8, choices=Level)
    merchant_id = models.UUIDField(null=True, blank=True)
    agent_id = models.UUIDField(null=True, blank=True)
    owner_name = models.CharField(max_length=160)
    month = models.DateField()
    revision = models.PositiveSmallIntegerField(default=1)
    corrects_id = models.UUIDField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=30)
    zone = models.CharField(max_length=40)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    claim = models.UUIDField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    figures = models.JSONField(null=True, blank=True)
    file_en = models.CharField(max_length=200, blank=True)
    file_ar = models.CharField(max_length=200, blank=True)
    hash_en = models.CharField(max_length=64, blank=True)
    hash_ar = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)
    emailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # Two runs, or a repeated one, make one document.
            models.UniqueConstraint(
                fields=["site_id", "level", "merchant_id", "month", "revision"], name="statements_statement_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(fields=["site_id", "level", "number"], name="statements_statement_number"),
            models.CheckConstraint(condition=models.Q(starts_at__lt=models.F("ends_at")), name="statements_period"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="statements_first_day"),
            models.CheckConstraint(
                condition=models.Q(level="merchant", merchant_id__isnull=False, agent_id__isnull=True)
                | models.Q(level="agent", merchant_id__isnull=True, agent_id__isnull=False)
                | models.Q(level="platform", merchant_id__isnull=True, agent_id__isnull=True),
                name="statements_owner",
            ),
            # No site can write a statement of the platform, nor the console one of a site's merchant.
            models.CheckConstraint(
                condition=(_PLATFORM & models.Q(site_id=MASTER_ID)) | (~_PLATFORM & ~models.Q(site_id=MASTER_ID)),
                name="statements_platforms_own",
            ),
            models.CheckConstraint(
                condition=models.Q(revision=1, corrects_id__isnull=True)
                | models.Q(revision__gt=1, corrects_id__isnull=False),
                name="statements_correction_names_one",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="ready")
                | (
                    models.Q(made_at__isnull=False, figures__isnull=False)
                    & ~models.Q(hash_en="")
                    & ~models.Q(hash_ar="")
                ),
                name="statements_ready_is_whole",
            ),
        ]  # fmt: skip
        indexes = [
            # The lists, newest month first: a merchant's own, and a site's.
            models.Index(fields=["merchant_id", "-month"], name="statements_of_merchant"),
            models.Index(fields=["site_id", "-month"], name="statements_of_site"),
            # The run: what is still to be made.
            models.Index(
                fields=["site_id", "month", "number"], condition=models.Q(state__in=["queued", "making"]),
                name="statements_to_make",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.label
