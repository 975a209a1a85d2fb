"""Rules that every template keeps: a strict policy, both directions, icons that exist, words that are translated."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Documents that WeasyPrint prints, and messages by mail, are no pages: no policy holds there.
PAPER = re.compile(r"/(paper|documents|pdf|mail|email)/|\.txt$")
TEMPLATES = sorted(
    path
    for base in (ROOT, ROOT / "platform")
    for path in base.glob("*/templates/**/*.html")
    if not PAPER.search(str(path))
)


def offences(pattern: str) -> list[str]:
    rule = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}: {found[0]}" for path in TEMPLATES for found in rule.finditer(path.read_text(encoding="utf-8"))
    ]


def test_there_are_templates_to_hold_to_the_rules():
    assert len(TEMPLATES) > 40


@pytest.mark.parametrize(
    "pattern",
    [
        r'\sstyle="[^"]*"',
        r"<style\b",
        r"\son[a-z]+=",
        r"<script(?![^>]*\b(src|type=\"application/(ld\+)?json\"))[^>]*>",
        r"(src|href)=\"(https?:)?//",
        r"hx-on[:-]",
    ],
    ids=["style attributes", "style elements", "event attributes", "inline scripts", "foreign assets", "htmx code"],
)
def test_no_template_needs_what_the_policy_forbids(pattern):
    assert offences(pattern) == []


def test_no_template_says_left_or_right_where_it_means_start_or_end():
    classes = r'class="[^"]*(?<![\w-])(?:[a-z]+:)*-?(?:m[lr]|p[lr]|left|right|text-left|text-right|rounded-[lr]|border-[lr])-?(?:\d|auto|px|\b(?=[\s"]))[^"]*"'

    assert offences(classes) == []


def test_every_icon_in_a_template_exists():
    icons = ROOT / "frontend" / "node_modules" / "lucide-static" / "icons"
    assert icons.exists(), "run bin/test, which installs the front end"

    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in TEMPLATES
        for name in re.findall(r'{% icon "([a-z0-9-]+)"', path.read_text(encoding="utf-8"))
        if not (icons / f"{name}.svg").exists()
    ]
    assert missing == []


def test_every_message_is_translated():
    done = subprocess.run([sys.executable, ROOT / "bin" / "messages", "--check"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_the_lock_names_no_host():
    assert '"resolved"' not in (ROOT / "frontend" / "package-lock.json").read_text()


def test_packages_have_exact_versions():
    import json

    package = json.loads((ROOT / "frontend" / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}

    assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
