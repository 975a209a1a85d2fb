"""How allauth behaves here: no open sign-up for staff, no foreign brand in mails and authenticator apps."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from tenants.walls import current_site


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        return f"{current_site().name}: {subject}"

    def get_from_email(self) -> str:
        site = current_site()
        address = super().get_from_email()
        return f'"{site.sender_name or site.name}" <{address}>'

    def render_mail(self, template_prefix: str, email: Any, context: Any, headers: Any = None) -> Any:
        return super().render_mail(template_prefix, email, {**context, "site": current_site()}, headers)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def get_totp_issuer(self) -> str:
        return str(current_site().name)

    def encrypt(self, text: str) -> str:
        from kernel.crypto import seal

        return seal(text, site_id=current_site().id, field="mfa")

    def decrypt(self, encrypted_text: str) -> str:
        from kernel.crypto import open_sealed

        return open_sealed(encrypted_text, site_id=current_site().id, field="mfa")
