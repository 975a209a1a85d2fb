"""How often customers' acts may happen. Separate buckets, never one for an address and a phone together."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.conf import settings

from kernel import limits
from kernel.limits import Bucket
from tenants.walls import current_site

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Caller:
    """Where an act comes from: the network of its address, and the browser's cookie where it has one."""

    address: str
    device: str = ""

    @property
    def network(self) -> str:
        return limits.network(self.address)


def _many(limit: int) -> int:
    """A limit that many people share (an address, a batch); load tests raise it by LIMIT_FACTOR."""
    return limit * int(settings.LIMIT_FACTOR)


def before_claim(*, caller: Caller, phone: str, batch_id: uuid.UUID, merchant_id: uuid.UUID, now: dt.datetime) -> None:
    """Raises limits.TooMany. A shop's own network claims for a whole queue of people, so it is generous."""
    buckets = [
        Bucket("claim.phone", phone, 12, HOUR),
        Bucket("claim.network", caller.network, _many(150), 10 * MINUTE),
        Bucket("claim.batch", str(batch_id), _many(6_000), 10 * MINUTE),
        Bucket("claim.merchant", str(merchant_id), _many(12_000), 10 * MINUTE),
    ]
    if caller.device:
        buckets.append(Bucket("claim.device", caller.device, 30, HOUR))
    limits.must(*buckets, site_id=current_site().id, now=now)


def before_recognition(*, caller: Caller, phone: str, now: dt.datetime) -> None:
    """Raises limits.TooMany: whoever asks which numbers are known here is soon out of turns."""
    buckets = [
        Bucket("recognise.phone", phone, 20, HOUR),
        Bucket("recognise.network", caller.network, _many(150), 10 * MINUTE),
    ]
    if caller.device:
        buckets.append(Bucket("recognise.device", caller.device, 30, 10 * MINUTE))
    limits.must(*buckets, site_id=current_site().id, now=now)


def after_unknown(*, caller: Caller, now: dt.datetime) -> None:
    """Count a serial that nobody has. Raises limits.TooMany for a network that has just tried ten of them.

    Asked after the look-up, never before: a shop's Wi-Fi and a carrier's address are shared by many, and one person's
    guesses must not close everybody's own coupons. It slows down whoever fishes; what keeps serials from being guessed
    is their length (`kernel.limits`).
    """
    lookups = Bucket("coupon.unknown", caller.network, 10, 10 * MINUTE)
    limits.must(lookups, site_id=current_site().id, now=now)
