"""People of one schema: users, what they may do, and what they did."""

from accounts.models.audit import AuditEvent
from accounts.models.handover import UsedHandover
from accounts.models.invitation import Invitation
from accounts.models.membership import Membership
from accounts.models.rolegrant import RoleGrant
from accounts.models.user import User

__all__ = ["AuditEvent", "Invitation", "Membership", "RoleGrant", "UsedHandover", "User"]
