"""Accounts of people who come by themselves, after their address was proved."""

from __future__ import annotations

import datetime as dt
import uuid

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.services.invitations import AlreadyThere


def is_known(email: str) -> bool:
    """Whether the address has an account here. Never tell whoever merely typed it."""
    return User.objects.filter(email__iexact=email.strip()).exists()


def make_member(*, email: str, name: str, password: str, merchant_id: uuid.UUID, role: str, now: dt.datetime) -> User:
    """Make an account with a proved address and let it work for a merchant. Raises AlreadyThere."""
    email = email.strip().lower()
    with transaction.atomic():
        if is_known(email):
            raise AlreadyThere(_("You have an account here already. Sign in with it."))
        user = User.objects.create_user(email, name=name.strip(), password=password, created_at=now)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        Membership.objects.create(user=user, merchant_id=merchant_id, role=role, created_at=now)
    return user
