"""Starts processes, prefixes their lines, and ends them all together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

AWAY = 5.0
COLOURS = (36, 32, 33, 35, 34, 31, 96, 92)


@dataclass
class Process:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    outside: bool = False  # stands in for a system of somebody else's, which may be away for a while
    handle: subprocess.Popen[str] | None = None
    ended_at: float = 0.0


class Supervisor:
    """Runs processes until one ends or somebody presses Ctrl-C; then stops the rest, last started first.

    One from `outside` that ends is only away: it is started again after AWAY seconds.
    """

    def __init__(self, environment: dict[str, str], cwd: str) -> None:
        self.environment, self.cwd = environment, cwd
        self.processes: list[Process] = []
        self.stopping = False

    def start(self, name: str, command: list[str], *, outside: bool = False, **environment: str) -> Process:
        process = Process(name, command, environment, outside)
        self.processes.append(process)
        self._open(process)
        return process

    def _open(self, process: Process) -> None:
        process.handle = subprocess.Popen(
            process.command, cwd=self.cwd, env={**self.environment, **process.environment}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        colour = COLOURS[self.processes.index(process) % len(COLOURS)] if sys.stdout.isatty() else 0
        threading.Thread(target=self._copy, args=(process, colour), daemon=True).start()

    def _copy(self, process: Process, colour: int) -> None:
        assert process.handle is not None
        assert process.handle.stdout is not None
        head = f"\033[{colour}m{process.name:>9} │\033[0m " if colour else f"{process.name:>9} │ "
        for line in process.handle.stdout:
            sys.stdout.write(head + line)
            sys.stdout.flush()

    def run(self) -> int:
        """Wait until a process ends or a signal comes; returns the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: setattr(self, "stopping", True))
        while not self.stopping:
            for process in self.processes:
                assert process.handle
                code = process.handle.poll()
                if code is not None and process.outside:
                    self._start_again(process)
                elif code is not None:
                    print(f"{process.name} ended with {code}; stopping the rest", file=sys.stderr)  # noqa: T201
                    self.stop()
                    return 1
            time.sleep(0.2)
        self.stop()
        return 0

    def _start_again(self, process: Process) -> None:
        """What is outside comes back by itself, after a while."""
        if not process.ended_at:
            print(f"{process.name} is away", file=sys.stderr)  # noqa: T201
            process.ended_at = time.monotonic()
        elif time.monotonic() > process.ended_at + AWAY:
            process.ended_at = 0.0
            self._open(process)

    def stop(self) -> None:
        for process in reversed(self.processes):
            assert process.handle
            if process.handle.poll() is not None:
                continue
            _signal(process.handle, signal.SIGTERM)
            try:
                process.handle.wait(8)
            except subprocess.TimeoutExpired:
                _signal(process.handle, signal.SIGKILL)


def _signal(handle: subprocess.Popen[str], number: int) -> None:
    """To the process and what it started: each one leads a session of its own."""
    try:
        os.killpg(handle.pid, number)
    except ProcessLookupError:
        handle.send_signal(number)
