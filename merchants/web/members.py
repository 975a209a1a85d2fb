"""People of a merchant: owners and managers by e-mail, cashiers by user name and PIN."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import MerchantRole
from accounts.services import invitations
from kernel import clock
from kernel.errors import NotFound
from merchants.queries import history, people
from merchants.services import members
from merchants.web.base import ActView, FormView, actor_of, or_404
from ui.forms import Option, PinInput, RadioCards
from ui.lists import WHEN, Action, Choice, Column, Empty, ListView, StateKind

_ROLES = [
    (MerchantRole.OWNER, Option(_("Owner"), _("Everything, people and keys included."), "crown")),
    (MerchantRole.MANAGER, Option(_("Manager"), _("Coupons, branches, devices, customers."), "briefcase")),
]


class InviteForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), help_text=_("The invitation goes there and works for 7 days."))
    role = forms.ChoiceField(label=_("Role"), choices=_ROLES, widget=RadioCards, initial=MerchantRole.MANAGER)


class CashierForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    username = forms.CharField(
        label=_("User name"), max_length=40, help_text=_("Typed on the paired device, such as sara.k"),
        widget=forms.TextInput({"dir": "ltr", "autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    pin = forms.CharField(label=_("PIN"), max_length=8, widget=PinInput, help_text=_("4 to 8 digits."))
    branch = forms.ChoiceField(label=_("Branch"), help_text=_("The PIN works on this branch's devices only."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = people.branch_choices()  # type: ignore[attr-defined]


class PinForm(forms.Form):
    pin = forms.CharField(label=_("New PIN"), max_length=8, widget=PinInput, help_text=_("4 to 8 digits."))


class MemberForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=_ROLES, widget=RadioCards)


class CashierBranchForm(forms.Form):
    branch = forms.ChoiceField(label=_("Branch"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = people.branch_choices()  # type: ignore[attr-defined]


class MemberListView(ListView):
    verb = "member.view"
    name = "members"
    title = _("People")
    template_name = "merchants/members.html"
    columns = (
        Column("name", _("Name"), sort="name", primary=True),
        Column("role", _("Role"), value="get_role_display", sort="role"),
        Column("email", _("E-mail"), value=lambda m: m.email or m.username),
        Column("branch", _("Branch"), value="branch_name"),
        Column("state", _("State"), kind=StateKind("member"), sort="state"),
        Column("seen", _("Last sign-in"), value="seen_at", kind=WHEN),
    )
    search_fields = ("name", "email", "username")
    filters = (Choice("role", _("Role"), choices=MerchantRole.choices, multiple=True),)
    default_sort = "name"
    empty = Empty(_("Nobody yet"), _("Invite people by e-mail, or add a cashier with a PIN."), icon="users")

    def get_queryset(self) -> QuerySet[Membership]:
        return people.list_members()

    def row_url(self, row: Membership) -> str:
        if not actor_of(self.request).can("member.manage"):
            return ""
        return reverse("merchants:member", args=[row.id])

    def actions(self) -> list[Action]:
        if not actor_of(self.request).can("member.manage"):
            return []
        return [
            Action(_("Invite somebody"), reverse("merchants:member-invite"), icon="mail"),
            Action(_("Add a cashier"), reverse("merchants:cashier-create"), icon="user-plus"),
        ]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return {**context, "invitations": list(people.list_invitations()), "now": clock.now(),
                "may_manage": actor_of(self.request).can("member.manage")}  # fmt: skip


class InviteView(FormView):
    verb = "member.manage"
    title = _("Invite somebody")
    submit_label = _("Send the invitation")
    cancel_name = "merchants:member-list"
    done = _("The invitation is on its way.")

    def form(self, data: Any = None, files: Any = None) -> InviteForm:
        return InviteForm(data)

    def save(self, form: Any) -> str:
        members.invite(actor=actor_of(self.request), now=clock.now(), **form.cleaned_data)
        return reverse("merchants:member-list")


class CashierCreateView(FormView):
    verb = "member.manage"
    title = _("Add a cashier")
    lead = _("Cashiers need no e-mail: they sign in with user name and PIN, on a device paired with their branch.")
    submit_label = _("Add the cashier")
    cancel_name = "merchants:member-list"
    done = _("The cashier can sign in now.")

    def form(self, data: Any = None, files: Any = None) -> CashierForm:
        return CashierForm(data)

    def save(self, form: Any) -> str:
        given = form.cleaned_data
        members.add_cashier(
            name=given["name"], username=given["username"], pin=given["pin"], branch_id=given["branch"],
            actor=actor_of(self.request), now=clock.now(),
        )  # fmt: skip
        return reverse("merchants:member-list")


class MemberView(FormView):
    """One person: role or branch, PIN, in or out."""

    verb = "member.manage"
    template_name = "merchants/member.html"
    cancel_name = "merchants:member-list"
    done = _("Saved.")

    @property
    def member(self) -> Any:
        return or_404(people.get_member, self.kwargs["member_id"])

    def form(self, data: Any = None, files: Any = None) -> forms.Form:
        member = self.member
        if member.role == MerchantRole.CASHIER:
            return CashierBranchForm(data, initial={"branch": str(member.branch_id)})
        return MemberForm(data, initial={"role": member.role})

    def extra(self) -> dict[str, Any]:
        member = self.member
        return {
            "member": member, "title": member.name, "lead": member.get_role_display(), "pin_form": PinForm(),
            "is_cashier": member.role == MerchantRole.CASHIER, "history": history.of_object(member.user_id),
        }  # fmt: skip

    def save(self, form: Any) -> str:
        member, given = self.member, form.cleaned_data
        members.change(
            member_id=member.id, role=given.get("role", member.role), branch_id=given.get("branch"),
            actor=actor_of(self.request), now=clock.now(),
        )  # fmt: skip
        return reverse("merchants:member-list")


class PinView(FormView):
    verb = "member.manage"
    title = _("New PIN")
    submit_label = _("Set the PIN")
    done = _("The new PIN works now; the old one does not.")

    def cancel_url(self) -> str:
        return reverse("merchants:member", args=[self.kwargs["member_id"]])

    def form(self, data: Any = None, files: Any = None) -> PinForm:
        return PinForm(data)

    def extra(self) -> dict[str, Any]:
        return {"lead": or_404(people.get_member, self.kwargs["member_id"]).name}

    def save(self, form: Any) -> str:
        members.set_pin(
            member_id=self.kwargs["member_id"],
            pin=form.cleaned_data["pin"],
            actor=actor_of(self.request),
            now=clock.now(),
        )
        return self.cancel_url()


class _OnMember(ActView):
    verb = "member.manage"

    def back(self, **kwargs: Any) -> str:
        return reverse("merchants:member", args=[kwargs["member_id"]])


class MemberOffView(_OnMember):
    done = _("Shut out. All sessions have ended.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        members.deactivate(member_id=kwargs["member_id"], actor=actor_of(request), now=self.now)
        return self.back(**kwargs)


class MemberOnView(_OnMember):
    done = _("May sign in again.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        members.reactivate(member_id=kwargs["member_id"], actor=actor_of(request), now=self.now)
        return self.back(**kwargs)


class _OnInvitation(ActView):
    verb = "member.manage"

    def back(self, **kwargs: Any) -> str:
        return reverse("merchants:member-list")

    def invitation(self, **kwargs: Any) -> Any:
        """Behind the merchant's own wall: another's invitation is not there."""
        found = people.list_invitations().filter(id=kwargs["invitation_id"]).first()
        if found is None:
            raise NotFound("")
        return found


class InvitationResendView(_OnInvitation):
    done = _("Sent again; the old link no longer works.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        invitations.resend(invitation=self.invitation(**kwargs), actor=actor_of(request), now=self.now)
        return self.back()


class InvitationWithdrawView(_OnInvitation):
    done = _("The invitation is withdrawn.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        invitations.withdraw(invitation=self.invitation(**kwargs), actor=actor_of(request), now=self.now)
        return self.back()
