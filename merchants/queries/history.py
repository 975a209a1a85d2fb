"""The audit trail in the words of this room."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.queries import trail

EVENTS: dict[str, Any] = {
    "apikey.create": _("Made an API key"),
    "apikey.revoke": _("Revoked an API key"),
    "batch.cancel": _("Stopped the generation"),
    "batch.expire": _("Ended; untaken credits returned"),
    "batch.export": _("Exported the batch"),
    "batch.extend": _("Extended the batch"),
    "batch.generate": _("Generated the batch"),
    "batch.move_to_print": _("Moved online coupons to paper"),
    "batch.pause": _("Paused the batch"),
    "batch.resume": _("Resumed the batch"),
    "batch.void": _("Withdrew the batch"),
    "branch.close": _("Closed the branch"),
    "branch.create": _("Opened a branch"),
    "branch.edit": _("Changed the branch"),
    "branch.reopen": _("Opened the branch again"),
    "coupon.redeem": _("Redeemed a coupon"),
    "coupon.void": _("Withdrew a coupon"),
    "customer.tag": _("Changed a customer's tags"),
    "device.code": _("Made a new pairing code"),
    "device.create": _("Added a device"),
    "device.pair": _("Paired a device"),
    "device.rename": _("Renamed a device"),
    "device.revoke": _("Revoked a device"),
    "invitation.accepted": _("Accepted an invitation"),
    "invitation.resent": _("Sent an invitation again"),
    "invitation.sent": _("Invited somebody"),
    "invitation.withdrawn": _("Withdrew an invitation"),
    "member.add": _("Added a cashier"),
    "member.change": _("Changed somebody's role"),
    "member.deactivate": _("Shut somebody out"),
    "member.pin": _("Gave a new PIN"),
    "member.reactivate": _("Let somebody in again"),
    "merchant.activated": _("Activated the merchant"),
    "merchant.expired": _("The plan ran out"),
    "merchant.plan": _("Changed the plan"),
    "merchant.renewed": _("Renewed the plan"),
    "merchant.waits": _("Waits for activation"),
    "merchant.archived": _("Archived the merchant"),
    "merchant.created": _("Registered the merchant"),
    "merchant.edited": _("Edited the merchant"),
    "merchant.reopened": _("Reopened the merchant"),
    "merchant.suspended": _("Suspended the merchant"),
    "profile.edit": _("Changed the profile"),
    "redemption.undo": _("Took a redemption back"),
    "tag.add": _("Tagged customers"),
    "tag.delete": _("Deleted a tag"),
    "tag.remove": _("Took a tag from customers"),
    "tag.rename": _("Renamed a tag"),
    "template.archive": _("Archived the template"),
    "template.edit": _("Changed the template"),
    "template.restore": _("Brought the template back"),
    "template.upload": _("Uploaded the template"),
    "message.settle": _("Decided about a message"),
    "automation.edited": _("Changed an automation"),
    "automation.paused": _("Paused an automation"),
    "automation.resumed": _("Resumed an automation"),
    "campaign.cancelled": _("Cancelled a campaign"),
    "campaign.edited": _("Changed a campaign"),
    "campaign.paused": _("Paused a campaign"),
    "campaign.resumed": _("Resumed a campaign"),
    "campaign.scheduled": _("Scheduled a campaign"),
    "consent.withdraw": _("Withdrew a customer's consent"),
    "wheel.off": _("Switched the lucky draw off"),
    "wheel.on": _("Switched the lucky draw on"),
    "wheel.version": _("Changed the lucky draw"),
    "whatsapp.switch": _("Switched delivery by WhatsApp"),
    "wallet.adjust": _("Corrected credits"),
    "wallet.grant": _("Granted credits"),
}


def label(verb: str) -> str:
    """What an event of the trail is called; one without words stays as it is."""
    return str(EVENTS.get(verb, verb))


def of_object(object_id: uuid.UUID, limit: int = 20) -> list[Any]:
    """The newest events of one thing, each with `verb_label`."""
    found = trail.list_history(object_id, limit=limit)
    for event in found:
        event.verb_label = label(event.verb)  # type: ignore[attr-defined]
    return list(found)
