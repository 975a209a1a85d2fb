"""Ending sessions."""

from __future__ import annotations

from allauth.usersessions.models import UserSession

from accounts.models import User


def end(*, user: User, session_id: int) -> bool:
    """End one session of `user`. False where it is not theirs, or over."""
    found = UserSession.objects.filter(user=user, id=session_id).first()
    if found is None:
        return False
    found.end()
    return True


def end_all(*, user: User) -> int:
    """End every session of `user`; returns how many there were."""
    found = list(UserSession.objects.filter(user=user))
    for session in found:
        session.end()
    return len(found)
