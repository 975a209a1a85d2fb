"""The production file is whole: it parses, names the processes of bin/up, and has no default secret."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SECRETS = ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "PASSWORD")


def test_it_runs_the_processes_of_bin_up():
    wanted = {"postgres", "valkey", "objects", "migrate", "web", "live", "worker", "provision", "beat", "relay", "proxy"}

    assert wanted <= set(COMPOSE["services"])


def test_no_secret_has_a_default():
    text = (ROOT / "docker-compose.yml").read_text()
    used = re.findall(r"\$\{(\w+)([^}]*)\}", text)

    for name, rest in used:
        if any(word in name for word in SECRETS):
            assert rest == ":?", f"{name}{rest}"


def test_every_variable_is_explained():
    example = (ROOT / ".env.example").read_text()
    needed = set(re.findall(r"\$\{(\w+):\?\}", (ROOT / "docker-compose.yml").read_text()))

    assert {name for name in needed if not re.search(rf"^{name}=", example, re.M)} == set()


def test_only_the_owners_processes_get_the_owners_password():
    holders = {
        name
        for name, service in COMPOSE["services"].items()
        if "OWNER_DATABASE_URL" in (service.get("environment") or {})
    }

    assert holders == {"migrate", "provision"}


def test_servers_wait_for_each_other_by_health():
    for name in ("postgres", "valkey", "objects", "web", "live"):
        assert "healthcheck" in COMPOSE["services"][name], name
    assert COMPOSE["services"]["web"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
