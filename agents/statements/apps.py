"""The wing's app: its sections, its places in the shell, the words of its states."""

from __future__ import annotations

from django.apps import AppConfig


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
        # Loading it registers what answers this wing's events.
        assert tasks.ACTOR
