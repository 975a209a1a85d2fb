"""Limits on guessing and farming: separate buckets per phone, address, device, batch, merchant, in Valkey.

Each bucket holds `limit` tokens that come back evenly over `per_seconds` (the generic cell rate algorithm, one number
a bucket). One atomic script asks all buckets of an act and takes from each, or from none. The clock is passed in.
Counters live in Valkey alone: a process that starts again finds them, and so does a Valkey that writes them down (ours
does, each second); losing its files loses them, and nothing else.

When Valkey does not answer, the caller decides: `closed=True` (short codes such as PINs, where the limit is the
protection) raises Unavailable; otherwise the act goes on and the log says so, because serials have 63 bits and the
database itself holds every rule on claims.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import redis
import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError

log = structlog.get_logger("couponry.limits")
TOLD_EVERY = 60.0  # seconds between two lines in the log of one process that says Valkey is gone
_told_at = -TOLD_EVERY

# KEYS: one per bucket. ARGV: now in ms, tokens to take, then limit and period in ms per bucket. Returns, for each
# bucket, tokens left and ms until one comes back; first whether all allowed it. Nothing is taken unless all do.
_SCRIPT = """
local now, cost = tonumber(ARGV[1]), tonumber(ARGV[2])
local allowed, out, ends = 1, {}, {}
for i, key in ipairs(KEYS) do
  local limit, period = tonumber(ARGV[1 + 2 * i]), tonumber(ARGV[2 + 2 * i])
  local step = period / limit
  local full = math.max(tonumber(redis.call('GET', key) or now), now)
  local after = full + step * math.max(cost, 1)
  local wait = 0
  if after - now > period + 0.001 then
    allowed, wait = 0, math.ceil(after - now - period)
  end
  ends[i] = full + step * cost
  out[2 * i - 1] = math.floor((period - (full - now)) / step + 0.001)
  out[2 * i] = wait
end
if allowed == 1 and cost > 0 then
  for i, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.3f', ends[i]), 'PX', math.ceil(ends[i] - now) + 1000)
    out[2 * i - 1] = out[2 * i - 1] - cost
  end
end
table.insert(out, 1, allowed)
return out
"""


class TooMany(DomainError):
    """A bucket is empty. `retry_after` is in seconds."""

    code = "too_many"
    status = 429

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(_("That was a lot at once. Wait a little and try again."), retry_after=verdict.retry_after)
        self.verdict = verdict


class Unavailable(DomainError):
    """Limits cannot be checked, and this act is not allowed without them."""

    code = "unavailable"
    status = 503

    def __init__(self) -> None:
        super().__init__(_("This cannot be checked right now. Try again in a minute."))


@dataclass(frozen=True, slots=True)
class Bucket:
    """`limit` acts `per_seconds` for one `key` (a phone, an address, a device …) of the kind `name`."""

    name: str
    key: str
    limit: int
    per_seconds: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """`remaining` and `limit` are those of the bucket that is nearest to empty.

    `retry_after` is in whole seconds, as people are told; `wait` is the same to the millisecond.
    """

    allowed: bool
    limit: int = 0
    remaining: int = 0
    retry_after: int = 0
    bucket: str = ""
    wait: float = 0.0


@lru_cache(maxsize=4)
def _client(url: str) -> tuple[Any, Any]:
    client = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
    return client, client.register_script(_SCRIPT)


def allow(*buckets: Bucket, site_id: uuid.UUID, now: dt.datetime, cost: int = 1, closed: bool = False) -> Verdict:
    """Take `cost` from every bucket, or from none; `cost=0` only looks. Raises Unavailable when `closed`."""
    arguments: list[float | int] = [now.timestamp() * 1000, cost]
    for bucket in buckets:
        arguments += [bucket.limit, bucket.per_seconds * 1000]
    try:
        answer = _client(settings.REDIS_URL)[1](keys=[_key(site_id, bucket) for bucket in buckets], args=arguments)
    except redis.RedisError as error:
        _tell(error)
        if closed:
            raise Unavailable from error
        return Verdict(allowed=True)
    return _verdict(buckets, answer)


def must(*buckets: Bucket, site_id: uuid.UUID, now: dt.datetime, cost: int = 1, closed: bool = False) -> Verdict:
    """As `allow`; raises TooMany where it is not allowed."""
    verdict = allow(*buckets, site_id=site_id, now=now, cost=cost, closed=closed)
    if not verdict.allowed:
        log.warning("limited", bucket=verdict.bucket)
        raise TooMany(verdict)
    return verdict


def _tell(error: redis.RedisError) -> None:
    """Once in a while: each page and each message asks several times."""
    global _told_at
    if time.monotonic() - _told_at >= TOLD_EVERY:
        _told_at = time.monotonic()
        log.error("limits unavailable", reason=type(error).__name__)


def _key(site_id: uuid.UUID, bucket: Bucket) -> str:
    # Hashed: phones and addresses do not stand in the clear in a store that anybody may dump.
    digest = hashlib.blake2b(bucket.key.encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=16)
    return f"limit:{site_id.hex}:{bucket.name}:{digest.hexdigest()}"


def _verdict(buckets: tuple[Bucket, ...], answer: list[int]) -> Verdict:
    allowed, figures = bool(answer[0]), list(zip(answer[1::2], answer[2::2], strict=True))
    tightest = max(range(len(buckets)), key=lambda i: (figures[i][1], -figures[i][0] / buckets[i].limit))
    left, wait = figures[tightest]
    bucket = buckets[tightest]
    return Verdict(allowed, bucket.limit, max(0, left), -(-wait // 1000), bucket.name, wait / 1000)


def network(address: str) -> str:
    """The part of an address that one household or office shares: /24 of IPv4, /56 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ipaddress.ip_network(f"{mapped}/{24 if mapped.version == 4 else 56}", strict=False))


def client_address(headers: Mapping[str, str]) -> str:
    """The caller's address from a request's META: behind N proxies of ours, the Nth from the right."""
    proxies: int = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if proxies:
        hops = [hop.strip() for hop in headers.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= proxies:
            return hops[-proxies]
    return str(headers.get("REMOTE_ADDR", ""))
