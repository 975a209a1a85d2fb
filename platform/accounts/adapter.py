"""How allauth behaves here: no open sign-up, links on the stored domain, no foreign brand in mails and apps."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.services import mail
from tenants.queries import sites
from tenants.walls import current_site

# What the page itself shows needs no toast.
SILENT = frozenset({"account/messages/logged_in.txt", "account/messages/logged_out.txt"})


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        return f"{current_site().name}: {subject}"

    def get_from_email(self) -> str:
        return mail.sender(current_site())

    def render_mail(self, template_prefix: str, email: Any, context: Any, headers: Any = None) -> Any:
        site = current_site()
        shown = {**context, "site": site, "base_url": sites.base_url(site), "brand": mail.brand(site)}
        return super().render_mail(template_prefix, email, shown, headers)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """On the site's stored domain: what stands in the request's Host must never reach a mail."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        uid, _, token = key.partition("-")
        return sites.base_url(current_site()) + path.replace("UID", uid, 1).replace("KEY", token, 1)

    def is_safe_url(self, url: str) -> bool:
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None) and url.startswith("/")

    def add_message(self, request: Any, level: Any, message_template: Any = None, *args: Any, **kwargs: Any) -> None:
        if message_template not in SILENT:
            super().add_message(request, level, message_template, *args, **kwargs)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        return render(request, "account/account_inactive.html", status=403)


class MFAAdapter(DefaultMFAAdapter):
    def get_totp_issuer(self) -> str:
        return str(current_site().name)

    def encrypt(self, text: str) -> str:
        from kernel.crypto import seal

        return seal(text, site_id=current_site().id, field="mfa")

    def decrypt(self, encrypted_text: str) -> str:
        from kernel.crypto import open_sealed

        return open_sealed(encrypted_text, site_id=current_site().id, field="mfa")
