"""Staff: who works here, with which roles; inviting, switching off and on. On the console and in each back office."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation, User
from accounts.queries import people, trail
from accounts.roles import StaffRole
from accounts.services import invitations, staff
from agents import words
from agents.models import Agent
from agents.queries import care
from agents.services import care as care_service
from agents.web.base import FormPage, Page, PostAction
from kernel import clock
from ui.components import Tab
from ui.lists import WHEN, Action, Choice, Column, Empty, ListView, MenuItem, StateKind
from ui.states import State, register

register(
    "invitation", {"waiting": State(_("Waiting"), "warning"), "over": State(_("Too old"), "neutral", "calendar-x")}
)
register("person", {"on": State(_("Active"), "good"), "off": State(_("Switched off"), "neutral", "circle-slash")})


def tabs(current: str) -> list[Tab]:
    return [
        Tab(_("People"), reverse("people:staff"), current=current == "staff"),
        Tab(_("Invitations"), reverse("people:invitations"), current=current == "invitations"),
        Tab(_("Roles"), reverse("people:roles"), current=current == "roles"),
    ]


def role_badges(roles: Any) -> Any:
    return format_html_join(
        " ", '<span class="badge badge-soft">{}</span>', ((StaffRole(role).label,) for role in roles)
    )


class StaffList(ListView):
    verb = "staff.view"
    name = "staff"
    title = _("Staff")
    columns = [
        Column("name", _("Name"), sort="name", primary=True),
        Column("email", _("E-mail"), value=lambda user: user.email or "—"),
        Column(
            "roles",
            _("Roles"),
            value=lambda user: ", ".join(str(StaffRole(g.role).label) for g in user.role_grants.all()),
            render=lambda user: role_badges(sorted(g.role for g in user.role_grants.all())),
        ),
        Column("state", _("State"), value=lambda user: "on" if user.is_active else "off", kind=StateKind("person")),
        Column("last_login", _("Last sign-in"), kind=WHEN, sort="last_login", sort_nullable=True),
    ]
    search_fields = ["name", "email"]
    filters = [
        Choice(
            "role", _("Role"), choices=StaffRole.choices, apply=lambda rows, role: rows.filter(role_grants__role=role)
        ),
        Choice(
            "state",
            _("State"),
            choices=[("on", _("Active")), ("off", _("Switched off"))],
            apply=lambda rows, state: rows.filter(is_active=state == "on"),
        ),
    ]
    default_sort = "name"
    empty = Empty(
        _("Nobody yet"),
        _("Invite people and give each only what the work needs."),
        icon="users",
        url_name="people:invite",
        label=_("Invite somebody"),
    )

    def get_queryset(self) -> QuerySet[User]:
        return people.list_staff()

    def row_url(self, row: User) -> str:
        return reverse("people:person", args=[row.id])

    def tabs(self) -> list[Tab]:
        return tabs("staff")

    def actions(self) -> list[Action]:
        allowed = self.request.actor.can("staff.manage")  # type: ignore[attr-defined]
        return [Action(_("Invite somebody"), reverse("people:invite"), icon="user-plus")] if allowed else []


class InvitationList(ListView):
    verb = "staff.view"
    name = "invitations"
    title = _("Invitations")
    columns = [
        Column("email", _("E-mail"), sort="email", primary=True),
        Column("name", _("Name"), sort="name"),
        Column(
            "roles",
            _("Roles"),
            value=lambda row: ", ".join(str(StaffRole(role).label) for role in row.roles),
            render=lambda row: role_badges(row.roles),
        ),
        Column(
            "state",
            _("State"),
            value=lambda row: "waiting" if row.expires_at > clock.now() else "over",
            kind=StateKind("invitation"),
        ),
        Column("created", _("Sent"), value="created_at", kind=WHEN, sort="created_at"),
        Column("expires", _("Valid until"), value="expires_at", kind=WHEN, sort="expires_at"),
    ]
    search_fields = ["email", "name"]
    default_sort = "-created"
    empty = Empty(
        _("No open invitations"),
        _("Who accepted stands under People."),
        icon="mail",
        url_name="people:invite",
        label=_("Invite somebody"),
    )

    def get_queryset(self) -> QuerySet[Invitation]:
        return people.list_invitations()

    def tabs(self) -> list[Tab]:
        return tabs("invitations")

    def row_menu(self, row: Invitation) -> list[MenuItem]:
        if not self.request.actor.can("staff.manage"):  # type: ignore[attr-defined]
            return []
        return [
            MenuItem(_("Send again"), reverse("people:resend", args=[row.id]), icon="send", method="post"),
            MenuItem(
                _("Withdraw"),
                reverse("people:withdraw", args=[row.id]),
                icon="mail-x",
                tone="bad",
                method="post",
                confirm=_("The link in the mail stops working at once."),
            ),
        ]


class RolesField(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Roles"), choices=StaffRole.choices, help_text=_("Several may be held at once."), **kwargs
        )


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"))
    name = forms.CharField(label=_("Name"), max_length=120)
    roles = RolesField()


class RolesForm(forms.Form):
    roles = RolesField()


class Invite(FormPage):
    verb = "staff.manage"
    form_class = InviteForm
    title = _("Invite somebody")
    lead = _("A link goes to this address. It works for 7 days and once.")
    submit_label = _("Send the invitation")
    done = _("The invitation is on its way.")

    def save(self, form: InviteForm) -> str:
        invitations.invite_staff(actor=self.actor, now=clock.now(), **form.cleaned_data)
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("people:invitations")


def _person(user_id: UUID) -> User:
    found = people.get_staff(user_id)
    if found is None:
        raise Http404
    return found


class Person(Page):
    """One person: roles, state, history."""

    verb = "staff.view"

    def get(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        user = _person(user_id)
        at_console = request.site.type == "master"  # type: ignore[attr-defined]
        cared = care.list_cared(user.id) if at_console else set()
        context = {
            "person": user,
            "roles": sorted(people.held_roles(user)),
            "history": words.labelled(trail.list_history(user.id)),
            "may_manage": self.actor.can("staff.manage"),
            "at_console": at_console,
            "in_care": list(Agent.objects.filter(id__in=cared)) if cared else [],
            "labels": StaffRole,
        }
        return render(request, "people/person.html", context)


class EditRoles(FormPage):
    verb = "staff.manage"
    form_class = RolesForm
    title = _("Change roles")
    done = _("Roles saved.")

    def initial(self) -> dict[str, Any]:
        return {"roles": sorted(people.held_roles(_person(self.kwargs["user_id"])))}

    def context(self) -> dict[str, Any]:
        return {"title": _t("Roles of %(name)s") % {"name": _person(self.kwargs["user_id"]).name}}

    def save(self, form: RolesForm) -> str:
        user = _person(self.kwargs["user_id"])
        staff.set_roles(user=user, roles=form.cleaned_data["roles"], actor=self.actor, now=clock.now())
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("people:person", args=[self.kwargs["user_id"]])


class CareForm(forms.Form):
    agents = forms.MultipleChoiceField(
        label=_("Agents in care"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("With none chosen this person sees all agents that the roles allow."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Agent.objects.order_by("company").values_list("id", "company")
        self.fields["agents"].choices = [(str(agent_id), company) for agent_id, company in rows]  # type: ignore[attr-defined]


class EditCare(FormPage):
    """Console only: which agents this person is in charge of."""

    verb = "staff.manage"
    form_class = CareForm
    title = _("Agents in care")
    done = _("Saved.")

    def initial(self) -> dict[str, Any]:
        return {"agents": [str(found) for found in care.list_cared(_person(self.kwargs["user_id"]).id)]}

    def save(self, form: CareForm) -> str:
        user = _person(self.kwargs["user_id"])
        chosen = [UUID(found) for found in form.cleaned_data["agents"]]
        care_service.set_care(user=user, agents=chosen, actor=self.actor, now=clock.now())
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("people:person", args=[self.kwargs["user_id"]])


class _PersonAction(PostAction):
    verb = "staff.manage"

    def back(self) -> str:
        return reverse("people:person", args=[self.kwargs["user_id"]])


class Deactivate(_PersonAction):
    done = _("The account is switched off and all its sessions have ended.")

    def act(self) -> str:
        staff.deactivate(user=_person(self.kwargs["user_id"]), actor=self.actor, now=clock.now())
        return self.back()


class Reactivate(_PersonAction):
    done = _("The account is switched on.")

    def act(self) -> str:
        staff.reactivate(user=_person(self.kwargs["user_id"]), actor=self.actor, now=clock.now())
        return self.back()


class _InvitationAction(PostAction):
    verb = "staff.manage"

    def invitation(self) -> Invitation:
        found = people.list_invitations().filter(id=self.kwargs["invitation_id"]).first()
        if found is None:
            raise Http404
        return found

    def back(self) -> str:
        return reverse("people:invitations")


class Resend(_InvitationAction):
    done = _("Sent again. The old link no longer works.")

    def act(self) -> str:
        invitations.resend(invitation=self.invitation(), actor=self.actor, now=clock.now())
        return self.back()


class Withdraw(_InvitationAction):
    done = _("The invitation was withdrawn.")

    def act(self) -> str:
        invitations.withdraw(invitation=self.invitation(), actor=self.actor, now=clock.now())
        return self.back()
