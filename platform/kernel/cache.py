"""Django's cache in Valkey, which answers as if nothing were kept while Valkey does not answer.

What lies in it can be made again: figures, names, sessions (which stand in the database too), a press of a button. So
losing it costs time and refuses nobody. `add` then says False, as for a key that somebody else has: who uses it as a
lock or a mark of "never used before" (counters of sign-ins, one-time codes) is refused and stays safe.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis import RedisError

log = structlog.get_logger("couponry.cache")
TOLD_EVERY = 60.0  # seconds between two lines in the log of one process


class ValkeyCache(RedisCache):
    """Settings as of Django's; a missing Valkey is a miss."""

    _told_at = -TOLD_EVERY

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return bool(self._ask(super().add, key, value, timeout, version))

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._ask(super().get, key, default, version, otherwise=default)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> None:
        self._ask(super().set, key, value, timeout, version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return bool(self._ask(super().touch, key, timeout, version))

    def delete(self, key: Any, version: Any = None) -> bool:
        return bool(self._ask(super().delete, key, version))

    def get_many(self, keys: Any, version: Any = None) -> dict[Any, Any]:
        return dict(self._ask(super().get_many, keys, version, otherwise={}))

    def has_key(self, key: Any, version: Any = None) -> bool:
        return bool(self._ask(super().has_key, key, version))

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        """Raises ValueError for a key that is not there."""
        found = self._ask(super().incr, key, delta, version)
        if found is None:
            raise ValueError("nothing is kept now")
        return int(found)

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> list[Any]:
        """Returns the keys that were not kept."""
        return list(self._ask(super().set_many, data, timeout, version, otherwise=data))

    def delete_many(self, keys: Any, version: Any = None) -> None:
        self._ask(super().delete_many, keys, version)

    def clear(self) -> None:
        self._ask(super().clear)

    def _ask(self, act: Callable[..., Any], *args: Any, otherwise: Any = None) -> Any:
        try:
            return act(*args)
        except RedisError as error:
            self._tell(error)
            return otherwise

    @classmethod
    def _tell(cls, error: RedisError) -> None:
        """Once in a while: a page asks several times. Without the key, which may be a session's."""
        if time.monotonic() - cls._told_at >= TOLD_EVERY:
            cls._told_at = time.monotonic()
            log.error("cache unavailable", reason=type(error).__name__)
