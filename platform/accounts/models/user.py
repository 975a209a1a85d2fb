"""A person with an account in this schema. The same e-mail in another schema is somebody else."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from tenants.walls.base import WalledModel


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str | None, *, name: str, password: str | None = None, **fields: Any) -> User:
        """A user; without a password nobody can sign in with one."""
        user = self.model(email=self.normalize_email(email).lower() if email else None, name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(WalledModel, AbstractBaseUser, PermissionsMixin):
    """Staff of a site, or people of a merchant. A cashier may have no e-mail and signs in on a paired device."""

    email = models.EmailField(null=True, blank=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=5, blank=True)
    theme = models.CharField(max_length=6, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    deactivated_at = models.DateTimeField(null=True, blank=True)
    # On the main site: the person of the console who comes here by a hand-over. Such a user has no e-mail, no password.
    mirror_of = models.UUIDField(null=True, blank=True, unique=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_user_email")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Whether Django's own admin would let this person in: never, it is not installed."""
        return False
