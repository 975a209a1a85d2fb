"""Which function answers which outbox topic. Rooms register theirs when they load; news travels upward by this.

A handler takes the event and the time, may run more than once for one event, and must do its work once.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable

from kernel.models import OutboxEvent

Handler = Callable[[OutboxEvent, dt.datetime], None]
_handlers: dict[str, list[Handler]] = defaultdict(list)


def handles(topic: str) -> Callable[[Handler], Handler]:
    """Register the decorated function for `topic`."""

    def register(function: Handler) -> Handler:
        if function not in _handlers[topic]:
            _handlers[topic].append(function)
        return function

    return register


def handlers_of(topic: str) -> list[Handler]:
    """The functions registered for `topic`; none is fine: some news interests nobody yet."""
    return list(_handlers.get(topic, ()))
