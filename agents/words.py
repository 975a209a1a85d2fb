"""What verbs of the permission table and of the audit trail are called on screen."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

# "Your account lacks the permission to …"; on the roles page the same words stand as rows.
VERBS: dict[str, Any] = {
    "console.view": _("open the console"),
    "agent.view": _("see agents"),
    "agent.manage": _("create and edit agents"),
    "agent.suspend": _("suspend and reopen agents"),
    "merchant.overview": _("see the merchants of all sites"),
    "main.enter": _("enter the main site"),
    "library.view": _("see the template library"),
    "library.manage": _("change the template library"),
    "list.manage": _("change lists of categories and cities"),
    "wallet.adjust": _("grant and correct credits"),
    "ledger.view": _("read the ledger"),
    "staff.view": _("see the staff"),
    "staff.manage": _("invite staff and change roles"),
    "audit.view": _("read the audit trail"),
    "domain.view": _("see domains"),
    "domain.manage": _("add and change domains"),
    "brand.manage": _("change the brand"),
    "office.view": _("open the back office"),
    "merchant.view": _("see merchants"),
    "merchant.manage": _("add, edit and suspend merchants"),
    "merchant.activate": _("activate merchants"),
    "job.view": _("follow long work"),
    "area.view": _("open the merchant area"),
    "profile.manage": _("change the merchant's profile"),
    "branch.view": _("see branches"),
    "branch.manage": _("change branches"),
    "device.manage": _("pair and revoke devices"),
    "member.view": _("see the merchant's people"),
    "member.manage": _("change the merchant's people"),
    "wallet.view": _("see the wallets"),
    "template.view": _("see templates"),
    "template.manage": _("change templates"),
    "batch.view": _("see batches"),
    "batch.generate": _("generate coupons"),
    "batch.manage": _("pause, extend and void batches"),
    "coupon.view": _("see coupons"),
    "coupon.void": _("void coupons"),
    "coupon.export": _("export serials"),
    "customer.view": _("see customers"),
    "apikey.manage": _("manage API keys"),
    "history.view": _("read the history"),
    "coupon.redeem": _("redeem coupons"),
    "redemption.view": _("see redemptions"),
    "redemption.undo": _("take a redemption back"),
    "redemption.undo_late": _("take an old redemption back"),
}

EVENTS: dict[str, Any] = {
    "account.renamed": _("Changed the own name"),
    "agent.created": _("Created the agent"),
    "agent.edited": _("Edited the agent"),
    "agent.ordered_again": _("Ordered the site again"),
    "agent.reopened": _("Reopened the agent"),
    "agent.suspended": _("Suspended the agent"),
    "brand.edited": _("Changed the brand"),
    "domain.added": _("Added a domain"),
    "domain.made_primary": _("Changed the main domain"),
    "domain.proved": _("Proved a domain"),
    "domain.released": _("Gave a domain up"),
    "invitation.accepted": _("Accepted an invitation"),
    "invitation.resent": _("Sent an invitation again"),
    "invitation.sent": _("Invited"),
    "invitation.withdrawn": _("Withdrew an invitation"),
    "library.added": _("Added a template"),
    "library.disabled": _("Disabled a template"),
    "library.edited": _("Edited a template"),
    "library.enabled": _("Enabled a template"),
    "list.edited": _("Edited a list entry"),
    "list.added": _("Added a list entry"),
    "lists.hidden": _("Changed which list entries are hidden"),
    "main.entered": _("Went into the main site"),
    "merchant.activate_ordered": _("Ordered the activation"),
    "merchant.activated": _("Activated the merchant"),
    "merchant.archived": _("Archived the merchant"),
    "merchant.created": _("Registered the merchant"),
    "merchant.edited": _("Edited the merchant"),
    "merchant.reopened": _("Reopened the merchant"),
    "merchant.suspended": _("Suspended the merchant"),
    "staff.care": _("Changed the agents in care"),
    "staff.deactivated": _("Switched the account off"),
    "staff.entered": _("Came in from the console"),
    "staff.reactivated": _("Switched the account on"),
    "staff.roles": _("Changed roles"),
    "wallet.adjust": _("Corrected credits"),
    "wallet.grant": _("Granted credits"),
}


def event(verb: str) -> str:
    """An event of the audit trail in words; one without stays as it is."""
    return str(EVENTS.get(verb, verb))


def labelled(events: list[Any]) -> list[Any]:
    """Events of the trail with their words, for the history component."""
    for found in events:
        found.verb_label = event(found.verb)
    return events
