"""Outbox events of this room."""

from __future__ import annotations

import datetime as dt

from accounts.models import Invitation
from accounts.services import invitations
from kernel.handlers import handles
from kernel.models import OutboxEvent


@handles(invitations.TOPIC)
def send_invitation(event: OutboxEvent, now: dt.datetime) -> None:
    """Write the mail of an invitation."""
    invitation = Invitation.objects.filter(id=event.payload["invitation_id"]).first()
    if invitation:
        invitations.send(invitation=invitation, now=now)
