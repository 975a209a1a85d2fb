"""The wing's app: its sections, its places in the shell, the words of its states."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatementsConfig(AppConfig):
    name = "agents.statements"
    label = "statements"

    def ready(self) -> None:
        from agents.statements import registry, tasks
        from agents.statements.choices import Level
        from agents.statements.sections import agent, merchant, platform, wallets

        registry.register(Level.MERCHANT, 10, merchant.coupons)
        registry.register(Level.MERCHANT, 20, wallets.of_merchants)
        registry.register(Level.MERCHANT, 30, merchant.purchases)
        registry.register(Level.AGENT, 10, agent.business)
        registry.register(Level.AGENT, 20, wallets.of_agents)
        registry.register(Level.PLATFORM, 10, platform.revenue)
        registry.register(Level.PLATFORM, 20, platform.ledger)
        _show()
        # Loading it registers what answers this wing's events.
        assert tasks.ACTOR


def _show() -> None:
    """Places in the shell, and what states look like."""
    from agents.statements.choices import State as Stage
    from ui import navigation, states
    from ui.navigation import NavItem
    from ui.states import State

    name, money = _("Statements"), _("Money")
    for surface, space, order, group in (
        ("merchant", "own-statements", 26, _("Coupons")),
        ("office", "office-statements", 33, money),
        ("console", "console-statements", 30, money),
    ):
        navigation.register(surface, NavItem(name, "file-spreadsheet", f"{space}:list", "statement.view", order, group))
    states.register(
        "statement",
        {
            Stage.QUEUED: State(Stage.QUEUED.label, "neutral", "clock"),
            Stage.MAKING: State(Stage.MAKING.label, "info", "loader"),
            Stage.READY: State(Stage.READY.label, "good"),
            Stage.FAILED: State(Stage.FAILED.label, "bad"),
        },
    )
