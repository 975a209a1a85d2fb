"""axe-core inside a Playwright page, for the journeys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = frozenset({"serious", "critical"})


def violations(page: Any, *, impacts: frozenset[str] = SERIOUS) -> list[str]:
    """What axe finds on the page as it stands: the rule and the element, three elements of each rule at most."""
    if not page.evaluate("'axe' in window"):
        # Evaluated, not added as a script element: the page's own policy would refuse that.
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found["violations"]
        if rule["impact"] in impacts
        for node in rule["nodes"][:3]
    ]


def assert_accessible(page: Any, *, impacts: frozenset[str] = SERIOUS) -> None:
    """Fail with every serious finding."""
    found = violations(page, impacts=impacts)
    assert not found, "\n".join([page.url, *found])
