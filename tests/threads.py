"""Several at once, on connections of their own: for promises about races, and for the controls that break them.

Nothing here waits for a length of time: whoever has to be somewhere first is seen there, however slow the machine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

# Long past the moment when all should have come: only a broken test waits so long.
GIVEN_UP = 60.0
# What a control puts into an SQL function, between its look and its write; `all_at` opens it.
GATE = "PERFORM pg_advisory_xact_lock_shared(7);"


def run_threads(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work(number)` in threads that start together; their results, or the exceptions they raised."""
    from django.db import connection

    results: list[Any] = [None] * count
    start = threading.Barrier(count)

    def one(number: int) -> None:
        try:
            start.wait()
            results[number] = work(number)
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def until(true: Callable[[], bool]) -> None:
    """Wait until it is true. Raises AssertionError when that does not come."""
    end = time.monotonic() + GIVEN_UP
    while not true():
        assert time.monotonic() < end, "the others did not come"
        time.sleep(0.01)  # between two looks: what is waited for is seen, and no length of time stands for it


def somebody_waits() -> bool:
    """Whether somebody waits for a lock of this thread's transaction. Asked in that transaction."""
    from django.db import connection

    with connection.cursor() as cursor:
        # What one transaction saw of the others' doings it would see again until its end.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


class Meeting:
    """Two threads wait for each other here; where a lock lets only one come, it goes on once the other waits for it."""

    def __init__(self) -> None:
        self.came, self.guard = 0, threading.Lock()

    def __call__(self) -> None:
        with self.guard:
            self.came += 1
        until(lambda: self.came >= 2 or somebody_waits())


def meet_before(monkeypatch: Any, where: Any, name: str) -> None:
    """Both have looked, and neither has written, when they come to `name`."""
    does, meeting = getattr(where, name), Meeting()

    def meets(*args: Any, **kwargs: Any) -> Any:
        meeting()
        return does(*args, **kwargs)

    monkeypatch.setattr(where, name, meets)


@contextmanager
def all_at(gate_keeper: Any, count: int) -> Iterator[None]:
    """Whoever comes to GATE inside waits there until `count` have come. `gate_keeper`: an autocommit connection."""
    gate_keeper.execute("SELECT pg_advisory_lock(7)")
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'"
    )  # fmt: skip

    def opens() -> None:
        try:
            until(lambda: gate_keeper.execute(waiting).fetchone()[0] >= count)
        finally:
            gate_keeper.execute("SELECT pg_advisory_unlock(7)")

    opener = threading.Thread(target=opens)
    opener.start()
    try:
        yield
    finally:
        opener.join()
