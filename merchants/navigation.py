"""What the merchant area offers in its sidebar and palette, and the words of this room's states."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from merchants.models import Batch, Coupon
from merchants.serials import is_valid, normalise
from ui import jobs, navigation, states
from ui.components import Hit
from ui.navigation import NavItem
from ui.states import State

COUPONS, STORE, PEOPLE = _("Coupons"), _("Store"), _("People and access")


def register() -> None:
    """Called once, when the app is ready."""
    from merchants.web.jobs import bell
    from merchants.web.switch import switches

    navigation.register(
        "merchant",
        NavItem(_("Overview"), "layout-dashboard", "merchants:dashboard", "area.view", 10, key="o"),
        NavItem(_("Batches"), "layers", "merchants:batch-list", "batch.view", 20, COUPONS, "b"),
        NavItem(_("Coupons"), "ticket", "merchants:coupon-list", "coupon.view", 21, COUPONS, "c"),
        NavItem(_("Templates"), "image", "merchants:template-list", "template.view", 22, COUPONS, "t"),
        NavItem(_("Wallets"), "wallet", "merchants:wallet-list", "wallet.view", 23, COUPONS, "w"),
        NavItem(_("Redeem"), "scan-qr-code", "redeem:scan", "coupon.redeem", 28, STORE, "s"),
        NavItem(_("Redemptions"), "ticket-check", "redeem:history", "redemption.view", 29, STORE),
        NavItem(_("Customers"), "users", "merchants:customer-list", "customer.view", 30, STORE, "u"),
        NavItem(_("Store page and posters"), "qr-code", "merchants:poster", "area.view", 31, STORE, "p"),
        NavItem(_("Branches"), "map-pin", "merchants:branch-list", "branch.view", 32, STORE, "r"),
        NavItem(_("Profile"), "store", "merchants:profile", "profile.manage", 33, STORE),
        NavItem(_("People"), "id-card", "merchants:member-list", "member.view", 40, PEOPLE, "m"),
        NavItem(_("Devices"), "tablet-smartphone", "merchants:device-list", "device.manage", 41, PEOPLE, "d"),
        NavItem(_("API keys"), "key-round", "merchants:apikey-list", "apikey.manage", 42, PEOPLE),
        NavItem(_("History"), "history", "merchants:history", "history.view", 43, PEOPLE),
    )
    navigation.register_command(
        "merchant",
        NavItem(_("Generate coupons"), "plus", "merchants:batch-create", "batch.generate", 1),
        NavItem(_("Upload a template"), "upload", "merchants:template-create", "template.manage", 2),
    )
    navigation.register_search("merchant", find)
    jobs.register_bell(bell)
    navigation.register_switcher("merchant", switches)
    _register_states()


def _register_states() -> None:
    states.register("batch", {"generating": State(Batch.State.GENERATING.label, "info", "loader")})
    states.register(
        "ledger",
        {
            "purchase": State(_("Purchase"), "good", "circle-plus"),
            "deduct": State(_("Deduction"), "neutral", "circle-minus"),
            "refund": State(_("Refund"), "info", "undo-2"),
            "adjustment": State(_("Adjustment"), "warning", "pencil"),
        },
    )
    states.register(
        "merchant",
        {
            "registered": State(_("Registered"), "neutral"),
            "pending_payment": State(_("Waiting for payment"), "warning"),
            "pending_wallet": State(_("Being activated"), "warning"),
        },
    )
    states.register(
        "redemption",
        {
            "redeemed": State(_("Redeemed"), "good", "ticket-check"),
            "undone": State(_("Taken back"), "neutral", "undo-2"),
        },
    )
    states.register("branch", {"closed": State(_("Closed"), "neutral", "door-closed")})
    states.register("apikey", {"revoked": State(_("Revoked"), "bad", "ban")})
    states.register("member", {"disabled": State(_("Shut out"), "bad", "user-x")})
    states.register(
        "device",
        {
            "waiting": State(_("Waits for its code"), "warning"),
            "paired": State(_("Paired"), "good"),
            "revoked": State(_("Revoked"), "bad", "ban"),
        },
    )


def find(request: HttpRequest, text: str) -> Iterable[Hit]:
    """Batches by title, and a coupon by its whole serial."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.can("batch.view"):
        return []
    serial = normalise(text)
    if is_valid(serial):
        coupon = Coupon.objects.filter(serial=serial).first()
        url = f"{reverse('merchants:coupon-list')}?q={serial}"
        return [Hit(_("Coupon"), url, coupon.get_state_display(), "ticket")] if coupon else []
    found = Batch.objects.filter(title_en__icontains=text) | Batch.objects.filter(title_ar__icontains=text)
    return [
        Hit(batch.title_en, reverse("merchants:batch", args=[batch.id]), batch.get_state_display(), "layers")
        for batch in found.order_by("-created_at")[:6]
    ]
