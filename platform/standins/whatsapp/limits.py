"""Meta's two speeds: so many messages a second from one number, and one in six seconds to one person.

Kept as buckets that fill up again; what was asked for is counted too, so that a soak can read here whether a sender
kept to the limits.
"""

from __future__ import annotations

import time
from collections import deque

PAIR_BURST, PAIR_SECONDS = 45, 6.0
MINUTE = 60.0


class Bucket:
    """`rate` a second, at most `burst` at once."""

    __slots__ = ("at", "burst", "left", "rate")

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst, self.left, self.at = rate, burst, burst, time.monotonic()

    def take(self, now: float) -> bool:
        self.left = min(self.burst, self.left + (now - self.at) * self.rate)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Peak:
    """The most that ever happened within one window of `seconds`."""

    __slots__ = ("highest", "recent", "seconds", "total")

    def __init__(self, seconds: float) -> None:
        self.seconds, self.highest, self.total = seconds, 0, 0
        self.recent: deque[float] = deque()

    def note(self, now: float) -> None:
        self.total += 1
        self.recent.append(now)
        while self.recent[0] <= now - self.seconds:
            self.recent.popleft()
        self.highest = max(self.highest, len(self.recent))


class Limits:
    """Of one stand-in; forgotten when it stops."""

    def __init__(self) -> None:
        self.numbers: dict[str, Bucket] = {}
        self.pairs: dict[tuple[str, str], Bucket] = {}
        self.asked: dict[str, Peak] = {}
        self.asked_pairs: dict[tuple[str, str], Peak] = {}
        self.over_number, self.over_pair = 0, 0

    def check(self, number: str, person: str, mps: int) -> int:
        """The code of the limit that this message breaks, or 0."""
        now, pair = time.monotonic(), (number, person)
        self.asked.setdefault(number, Peak(1.0)).note(now)
        self.asked_pairs.setdefault(pair, Peak(MINUTE)).note(now)
        bucket = self.numbers.get(number)
        if bucket is None or bucket.rate != mps:
            bucket = self.numbers[number] = Bucket(mps, mps)
        if not bucket.take(now):
            self.over_number += 1
            return 130429
        if not self.pairs.setdefault(pair, Bucket(1 / PAIR_SECONDS, PAIR_BURST)).take(now):
            self.over_pair += 1
            return 131056
        return 0

    def counters(self) -> dict[str, object]:
        """`per_second`: the most each number asked for in one second; `pair_per_minute`: the most any person got."""
        return {
            "asked": sum(peak.total for peak in self.asked.values()),
            "per_second": {number: peak.highest for number, peak in self.asked.items()},
            "pair_per_minute": max((peak.highest for peak in self.asked_pairs.values()), default=0),
            "pair_total": max((peak.total for peak in self.asked_pairs.values()), default=0),
            "over_number": self.over_number, "over_pair": self.over_pair,
        }  # fmt: skip
