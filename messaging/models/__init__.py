"""Messages and what happened to them; who wrote to us lately; what each merchant has switched on."""

from messaging.models.contact import Contact
from messaging.models.message import Message
from messaging.models.pace import Pace
from messaging.models.switches import Switches

__all__ = ["Contact", "Message", "Pace", "Switches"]
