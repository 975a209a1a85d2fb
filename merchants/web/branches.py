"""Branches of a merchant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kernel import clock
from kernel.errors import NotFound
from merchants.models import Branch, Device
from merchants.queries import history
from merchants.services import branches
from merchants.web.base import ActView, FormView, actor_of, language, merchant_of, or_404, site_of
from merchants.web.fields import city_choices
from merchants.web.profile import zone_choices
from tenants.queries import lists
from ui.lists import NUMBER, Action, Column, Empty, ListView, StateKind

_STATE = Case(When(active=True, then=Value("active")), default=Value("closed"), output_field=CharField())


class BranchForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Such as the street or the mall."))
    name_ar = forms.CharField(
        label=_("Name in Arabic"), max_length=80, required=False, widget=forms.TextInput({"dir": "rtl", "lang": "ar"})
    )
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    city = forms.ChoiceField(label=_("City or region"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, *args: Any, site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["city"].choices = [("", "—"), *city_choices(language(), site)[1:]]  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = zone_choices()  # type: ignore[attr-defined]


class BranchListView(ListView):
    verb = "branch.view"
    name = "branches"
    title = _("Branches")
    columns = (
        Column(
            "name", _("Name"), value=lambda b: (language() == "ar" and b.name_ar) or b.name, sort="name", primary=True
        ),
        Column("city", _("City"), value=lambda b: b.city_name),
        Column("address", _("Address")),
        Column("devices", _("Devices"), kind=NUMBER, sort="paired", value="paired"),
        Column("state", _("State"), kind=StateKind("branch"), sort="state"),
    )
    search_fields = ("name", "name_ar", "address")
    default_sort = "name"
    empty = Empty(
        _("No branches yet"), _("Cashiers and devices belong to a branch."), icon="map-pin",
        url_name="merchants:branch-create", label=_("Add a branch"),
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[Branch]:
        paired = Count("devices", filter=Q(devices__revoked_at=None, devices__token_hash__isnull=False))
        used = set(Branch.objects.values_list("city", flat=True))
        whens = [When(city=code, then=Value(name)) for code, name in lists.names("city", used, language()).items()]
        city = Case(*whens, default=Value(""), output_field=CharField())
        return Branch.objects.annotate(paired=paired, state=_STATE, city_name=city)

    def row_url(self, row: Branch) -> str:
        return reverse("merchants:branch-edit", args=[row.id])

    def actions(self) -> list[Action]:
        return [Action(_("Add a branch"), reverse("merchants:branch-create"), icon="plus")]


class BranchCreateView(FormView):
    verb = "branch.manage"
    title = _("Add a branch")
    cancel_name = "merchants:branch-list"
    done = _("Branch saved.")

    def form(self, data: Any = None, files: Any = None) -> BranchForm:
        merchant = merchant_of(self.request)
        initial = {"time_zone": merchant.time_zone, "city": merchant.city}
        return BranchForm(data, site=site_of(self.request), initial=initial)

    def save(self, form: Any) -> str:
        branches.create(actor=actor_of(self.request), now=clock.now(), **form.cleaned_data)
        return reverse("merchants:branch-list")


def get_branch(branch_id: Any) -> Branch:
    found = Branch.objects.filter(id=branch_id).first()
    if found is None:
        raise NotFound("")
    return found


class BranchEditView(FormView):
    verb = "branch.manage"
    template_name = "merchants/branch.html"
    title = _("Branch")
    cancel_name = "merchants:branch-list"
    done = _("Branch saved.")

    def form(self, data: Any = None, files: Any = None) -> BranchForm:
        branch = or_404(get_branch, self.kwargs["branch_id"])
        initial = {name: getattr(branch, name) for name in branches.FIELDS}
        return BranchForm(data, site=site_of(self.request), initial=initial)

    def extra(self) -> dict[str, Any]:
        branch = or_404(get_branch, self.kwargs["branch_id"])
        return {
            "branch": branch, "lead": branch.name, "history": history.of_object(branch.id),
            "devices": Device.objects.filter(branch=branch, revoked_at=None).order_by("name"),
        }  # fmt: skip

    def save(self, form: Any) -> str:
        branches.edit(
            branch_id=self.kwargs["branch_id"], actor=actor_of(self.request), now=clock.now(), **form.cleaned_data
        )
        return reverse("merchants:branch-list")


class _OnBranch(ActView):
    verb = "branch.manage"

    def back(self, **kwargs: Any) -> str:
        return reverse("merchants:branch-edit", args=[kwargs["branch_id"]])


class BranchCloseView(_OnBranch):
    done = _("The branch is closed; its devices are shut out.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        branches.close(branch_id=kwargs["branch_id"], actor=actor_of(request), now=self.now)
        return self.back(**kwargs)


class BranchReopenView(_OnBranch):
    done = _("The branch is open again.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        branches.reopen(branch_id=kwargs["branch_id"], actor=actor_of(request), now=self.now)
        return self.back(**kwargs)
