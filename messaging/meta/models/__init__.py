"""The platform's account at Meta, its numbers and templates, and what Meta told us."""

from messaging.meta.models.account import MetaAccount
from messaging.meta.models.arrival import Arrival
from messaging.meta.models.sender import Sender
from messaging.meta.models.template import MessageTemplate

__all__ = ["Arrival", "MessageTemplate", "MetaAccount", "Sender"]
