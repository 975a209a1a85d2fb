"""The layout is what it says: rooms named once everywhere, the standard library's `platform` untouched."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ROOMS = set(PROJECT["tool"]["importlinter"]["root_packages"])


def test_the_source_root_named_platform_is_no_package():
    assert not (ROOT / "platform" / "__init__.py").exists()


@pytest.mark.parametrize("folder", [".", "platform", "platform/config", "tests"])
def test_import_platform_is_the_standard_librarys(folder):
    code = "import platform, sysconfig; print(platform.__file__.startswith(sysconfig.get_path('stdlib')))"

    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT / folder, capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "True"


def test_every_room_lies_in_the_repository():
    for room in ROOMS:
        assert Path(import_module(room).__file__).is_relative_to(ROOT), room


def test_the_four_lists_of_rooms_agree():
    from django.conf import settings

    wheel = {Path(name).name for name in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]}
    layers = {
        name.strip() for line in PROJECT["tool"]["importlinter"]["contracts"][0]["layers"] for name in line.split("|")
    }
    installed = {app.split(".")[0] for app in settings.INSTALLED_APPS} & ROOMS
    assert wheel == ROOMS
    assert layers == ROOMS
    assert installed == ROOMS


def test_modules_stay_small():
    large = {
        str(path.relative_to(ROOT)): count
        for path in python_files()
        if not {"migrations", "tests"} & set(path.relative_to(ROOT).parts) and (count := len(path.read_text().splitlines())) > 400
    }
    assert large == {}


WALL_WORDS = re.compile(r"set_config|\bSET\s+(LOCAL\s+|SESSION\s+)?(ROLE|search_path)|pool\.connection\(|\.getconn\(")


def test_only_the_walls_change_role_or_search_path():
    for path in python_files():
        if "walls" in path.parts or "migrations" in path.parts or path.is_relative_to(ROOT / "tests"):
            continue
        assert not WALL_WORDS.search(path.read_text()), path


def test_who_has_a_module_of_locks_locks_rows_only_there():
    """The order in which rows are locked can be read, and kept, in one place of each app."""
    apps = sorted({path.parent for path in python_files() if path.name == "apps.py"}, key=lambda app: -len(app.parts))
    tried = 0
    for path in python_files():
        app = next((app for app in apps if path.is_relative_to(app)), None)
        if app is None or path.name == "locks.py" or not (app / "locks.py").exists():
            continue
        tried += 1
        assert "select_for_update" not in path.read_text(), path
    assert tried > 100


def test_the_clock_is_read_at_the_edges_only():
    for path in python_files():
        if "services" in path.parts and path.is_relative_to(ROOT) and "tests" not in path.parts:
            text = path.read_text()
            assert "timezone.now(" not in text, path
            assert "clock.now(" not in text, path


def test_no_migration_is_missing():
    made = subprocess.run(
        [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
        cwd=ROOT, capture_output=True, text=True,
        env={**__import__("os").environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
    )  # fmt: skip

    assert made.returncode == 0, made.stdout + made.stderr


def python_files():
    for folder in (*(ROOT / "platform").iterdir(), *(ROOT / room for room in ROOMS), ROOT / "tests", ROOT / "bench"):
        if folder.is_dir():
            yield from folder.rglob("*.py")
