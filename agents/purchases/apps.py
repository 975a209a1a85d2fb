"""The wing's app: its payments, its places in the shell, the words of its states."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PurchasesConfig(AppConfig):
    name = "agents.purchases"
    label = "purchases"

    def ready(self) -> None:
        from agents.payments import settling as payments
        from agents.purchases import tasks
        from agents.purchases.services import reversing, settling
        from agents.services import topups

        _show()
        payments.register("purchase", settle=settling.settle, changed=reversing.changed)
        payments.register("topup", settle=topups.settle, changed=topups.changed)
        # Loading it registers what answers this wing's events.
        assert tasks.JOB


def _show() -> None:
    """Places in the shell, and what states look like."""
    from agents.purchases.choices import State as Stage
    from ui import navigation, states
    from ui.navigation import NavItem
    from ui.states import State

    money, coupons = _("Money"), _("Coupons")
    navigation.register(
        "merchant",
        NavItem(_("Plan and credits"), "shopping-cart", "buy:plan", "purchase.view", 24, coupons, "y"),
        NavItem(_("Purchases"), "receipt", "buy:purchases", "purchase.view", 25, coupons),
    )
    navigation.register(
        "office",
        NavItem(_("Sales"), "shopping-cart", "sales:list", "sale.view", 30, money, "e"),
        NavItem(_("Earnings"), "coins", "sales:earnings", "earning.view", 31, money),
        NavItem(_("Prepaid wallet"), "wallet", "money:wallet", "money.view", 32, money, "w"),
        NavItem(_("Invoices"), "file-text", "sales:billing", "billing.manage", 34, money),
    )
    states.register(
        "purchase",
        {
            Stage.PENDING_PAYMENT: State(Stage.PENDING_PAYMENT.label, "warning"),
            Stage.PENDING_WALLET: State(Stage.PENDING_WALLET.label, "info", "loader"),
            Stage.COMPLETED: State(Stage.COMPLETED.label, "good"),
            Stage.CANCELLED: State(Stage.CANCELLED.label, "neutral"),
            Stage.EXPIRED: State(Stage.EXPIRED.label, "neutral"),
            Stage.FAILED: State(Stage.FAILED.label, "bad"),
            Stage.PART_REFUNDED: State(Stage.PART_REFUNDED.label, "info", "undo-2"),
            Stage.REFUNDED: State(Stage.REFUNDED.label, "neutral", "undo-2"),
        },
    )
