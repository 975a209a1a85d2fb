"""Forms of the sign-in pages: allauth's rules, our words. Labels stand above the fields: no placeholders."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class _Plain:
    """Takes the placeholders off and sets our labels."""

    labels: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in self.labels:
                field.label = self.labels[name]
            if isinstance(field.widget, forms.PasswordInput) and name != "password1":
                field.help_text = ""


class LoginForm(_Plain, account.LoginForm):
    labels = {"login": _("E-mail"), "password": _("Password")}

    @property
    def demo_mailbox(self) -> str:
        """Where the demo shows the mails it sent; empty outside the demo."""
        if not settings.DEMO:
            return ""
        port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
        return f"http://{settings.PLATFORM_HOST}{port}/mailbox/"


class ResetPasswordForm(_Plain, account.ResetPasswordForm):
    labels = {"email": _("E-mail")}


class ResetPasswordKeyForm(_Plain, account.ResetPasswordKeyForm):
    labels = {"password1": _("New password"), "password2": _("New password, once more")}


class ChangePasswordForm(_Plain, account.ChangePasswordForm):
    labels = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("New password, once more"),
    }


class ReauthenticateForm(_Plain, account.ReauthenticateForm):
    labels = {"password": _("Password")}


class _Code(_Plain):
    labels = {"code": _("Code")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.update({"inputmode": "text", "data-autofocus": "", "dir": "ltr"})  # type: ignore[attr-defined]


class AuthenticateForm(_Code, mfa.AuthenticateForm):
    pass


class ReauthenticateByCodeForm(_Code, mfa.ReauthenticateForm):
    pass


class ActivateTOTPForm(_Code, totp.ActivateTOTPForm):
    labels = {"code": _("Code that the app shows")}


class AcceptForm(forms.Form):
    """Somebody new takes up an invitation."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. A sentence you remember works well."),
    )

    def __init__(self, *args: Any, email: str = "", **kwargs: Any) -> None:
        self.email = email
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        someone = User(name=self.cleaned_data.get("name", ""), email=self.email)
        password_validation.validate_password(password, someone)
        return password


class ProfileForm(forms.Form):
    """One's own name as others see it."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if not name:
            raise ValidationError(_("Write your name."))
        return name
