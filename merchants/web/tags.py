"""The merchant's tags: how many customers carry each; renamed and deleted everywhere."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views import View

from kernel import clock
from kernel.errors import Conflict, NotFound
from merchants import tags as words
from merchants.queries.tags import Tag, list_tags
from merchants.services import tags
from merchants.web.base import ActView, FormView, actor_of, merchant_of
from ui.text import thousands


class RenameForm(forms.Form):
    tags = forms.CharField(
        label=_("New name"), max_length=200,
        help_text=_("A tag of yours that has this name already, and this one, become one."),
    )  # fmt: skip


class TagListView(View):
    """All of them: a merchant has few enough for one page."""

    verb = "customer.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        customers = reverse("merchants:customer-list")
        rename = reverse("merchants:tag-rename")
        rows = [
            (tag, f"{customers}?{urlencode({'tag': tag.key})}", f"{rename}?{urlencode({'tag': tag.key})}")
            for tag in list_tags(merchant_of(request).id)
        ]
        context = {
            "rows": rows, "may": actor_of(request).can(tags.VERB),
            "crumbs": [(_t("Customers"), customers), (_t("Tags"), "")],
        }  # fmt: skip
        return render(request, "merchants/tags.html", context)


class TagRenameView(FormView):
    """Renames the tag that `tag` in the address names."""

    verb = tags.VERB
    title = _("Rename a tag")
    submit_label = _("Rename everywhere")
    cancel_name = "merchants:tag-list"
    done = _("Renamed, also in campaigns that are not over.")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.found is None:
            messages.warning(request, _t("Nobody carries this tag."))
            return redirect(self.cancel_url())
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def found(self) -> Tag | None:
        asked = words.key(self.request.GET.get("tag", ""))
        return next((tag for tag in list_tags(merchant_of(self.request).id) if tag.key == asked), None)

    @property
    def tag(self) -> Tag:
        assert self.found is not None
        return self.found

    def form(self, data: Any = None, files: Any = None) -> RenameForm:
        return RenameForm(data, initial={"tags": self.tag.name})

    def extra(self) -> dict[str, Any]:
        carried = ngettext("%(count)s customer carries it.", "%(count)s customers carry it.", self.tag.customers)
        return {"lead": carried % {"count": thousands(self.tag.customers)}}

    def save(self, form: Any) -> str:
        tags.rename(
            merchant=merchant_of(self.request), tag=self.tag.name, to=form.cleaned_data["tags"],
            actor=actor_of(self.request), now=clock.now(),
        )  # fmt: skip
        return self.cancel_url()


class TagDeleteView(ActView):
    """Takes a tag from everybody."""

    verb = tags.VERB

    def back(self, **kwargs: Any) -> str:
        return reverse("merchants:tag-list")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        tag = request.POST.get("tag", "")
        try:
            count = tags.delete(merchant=merchant_of(request), tag=tag, actor=actor_of(request), now=self.now)
        except (NotFound, Conflict) as error:  # somebody else was quicker
            messages.warning(request, str(error))
            return self.back()
        said = ngettext("Taken from %(count)s customer.", "Taken from %(count)s customers.", count)
        messages.success(request, said % {"count": thousands(count)})
        return self.back()
