"""`bin/bench [name …]`: runs the measures and prints their ratios as a table."""

from __future__ import annotations

import importlib
import os
import pkgutil
import platform
import sys
from typing import Any

import bench

HEAD = ("what", "ours", "baseline", "ratio", "aim", "")


def names() -> list[str]:
    hidden = {"__main__", "servers"}
    return sorted(found.name for found in pkgutil.iter_modules(bench.__path__) if found.name not in hidden)


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    figure = lambda value: f"{value:,.4g}" if isinstance(value, float | int) else str(value)  # noqa: E731
    unit = f" {row['unit']}" if row.get("unit") else ""
    return (
        str(row["name"]),
        figure(row["ours"]) + unit,
        figure(row["baseline"]) + unit if row.get("baseline") is not None else "",
        figure(row["ratio"]) if row.get("ratio") is not None else "",
        str(row["aim"]),
        "ok" if row["ok"] else "MISSED",
    )


def main(chosen: list[str]) -> int:
    rows = []
    for name in chosen or names():
        print(f"· {name}", file=sys.stderr, flush=True)
        rows += [cells(row) for row in importlib.import_module(f"bench.{name}").run()]
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| " + " | ".join(HEAD) + " |")
    print("| " + " | ".join("---" for _ in HEAD) + " |")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
