"""The number that a site sends from."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models

from messaging.meta import countries
from messaging.meta.choices import NumberStatus, SenderState
from tenants.walls.base import PublicModel


class Sender(PublicModel):
    """One per site, under the platform's account. `users_per_day` is Meta's limit on people written to in a day, which
    all numbers of the account share; none: unlimited. `people_lately`: to how many this number wrote in
    the day before `people_counted_at`. `countries`: where it sends to, as two-letter codes; none: everywhere. A paused
    sender keeps its queue; one that is off takes nothing. `rests_until`: Meta gave no answer of use lately; after that
    moment one message is tried before the others. What its site counted at `counted_at`: `codes_lately` that it
    paid for within an hour, messages `waiting` and `waiting_since` when, those of the last day that went out and that
    failed."""

    site_id = models.UUIDField(unique=True)
    phone_number_id = models.CharField(max_length=40, unique=True)  # also how a webhook finds its site
    display_phone = models.CharField(max_length=30, blank=True)
    display_name = models.CharField(max_length=160, blank=True)
    state = models.CharField(max_length=6, choices=SenderState, default=SenderState.ON)
    pause_reason = models.CharField(max_length=200, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)  # none while paused: until a person resumes it
    rests_until = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=NumberStatus, blank=True)  # what Meta says of the number itself
    quality = models.CharField(max_length=10, blank=True)  # GREEN, YELLOW, RED, as Meta says
    messages_per_second = models.PositiveIntegerField(default=80)
    users_per_day = models.PositiveIntegerField(null=True, blank=True)
    limit_fell_at = models.DateTimeField(null=True, blank=True)  # when Meta lowered it last; none once it rose again
    people_lately = models.PositiveIntegerField(default=0)
    people_counted_at = models.DateTimeField(null=True, blank=True)
    code_ceiling_per_hour = models.PositiveIntegerField(default=200)
    codes_lately = models.PositiveIntegerField(default=0)
    ceiling_told_at = models.DateTimeField(null=True, blank=True)  # when people were last told that it is reached
    waiting = models.PositiveIntegerField(default=0)
    waiting_since = models.DateTimeField(null=True, blank=True)
    sent_lately = models.PositiveIntegerField(default=0)
    failed_lately = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True, blank=True)
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    connected_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(messages_per_second__gte=1), name="meta_sender_speed"),
            models.CheckConstraint(
                condition=models.Q(state="paused") | models.Q(paused_until__isnull=True, pause_reason=""),
                name="meta_sender_pause_has_a_state",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.display_phone or self.phone_number_id

    @property
    def failed_share(self) -> float | None:
        """Percent of the last day's messages with an outcome that failed; None where there were none."""
        known = self.sent_lately + self.failed_lately
        return 100 * self.failed_lately / known if known else None

    def reaches(self, phone: str) -> bool:
        """Whether it sends to the country of `phone` (E.164)."""
        return not self.countries or countries.country_of(phone) in self.countries

    def sends(self, now: dt.datetime) -> bool:
        """Whether messages may go out now."""
        if self.state == SenderState.PAUSED:
            return self.paused_until is not None and self.paused_until <= now
        return self.state == SenderState.ON
