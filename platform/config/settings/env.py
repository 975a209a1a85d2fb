"""The environment, read once. A setting without a default is required; nothing secret has one."""

from __future__ import annotations

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parents[3]
env = environ.Env()
