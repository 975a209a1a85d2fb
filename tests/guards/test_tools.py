"""Lint, import layers and types hold: the checks a person would run by hand are part of the suite."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        pytest.param([str(BIN / "ruff"), "check", "."], id="ruff"),
        pytest.param([str(BIN / "lint-imports")], id="import layers"),
        pytest.param([str(BIN / "mypy"), "."], id="types"),
        pytest.param([str(BIN / "deptry"), "."], id="dependencies"),
        pytest.param([sys.executable, "bin/messages", "--check"], id="translations"),
    ],
)
def test_the_check_passes(command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
