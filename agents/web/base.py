"""Two shapes of page that return: a form that calls one service, and a button that does."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views import View

from accounts.actors import Actor
from kernel.errors import DomainError
from ui.forms import refuse


class Page(View):
    """A view with the names that services want."""

    verb = ""

    @property
    def actor(self) -> Actor:
        found: Actor = self.request.actor  # type: ignore[attr-defined]
        return found


class FormPage(Page):
    """A form; `save` makes one call and says where to go. Refusals stand at their field."""

    form_class: type[forms.Form] = forms.Form
    template_name = "ui/form_page.html"
    title: Any = ""
    lead: Any = ""
    submit_label: Any = _("Save")
    done: Any = ""  # the toast

    def initial(self) -> dict[str, Any]:
        return {}

    def form_arguments(self) -> dict[str, Any]:
        return {}

    def save(self, form: Any) -> str:
        """Do it and return the address to go to. May raise DomainError."""
        raise NotImplementedError

    def cancel_url(self) -> str:
        return ""

    def context(self) -> dict[str, Any]:
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.form_class(initial=self.initial(), **self.form_arguments()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST, request.FILES, initial=self.initial(), **self.form_arguments())
        if form.is_valid():
            try:
                target = self.save(form)
            except DomainError as error:
                refuse(form, error)
            else:
                if self.done:
                    messages.success(request, str(self.done))
                return HttpResponseRedirect(target)
        return self.show(form, status=422)

    def show(self, form: forms.Form, status: int = 200) -> HttpResponse:
        context = {
            "form": form, "title": self.title, "lead": self.lead, "submit_label": self.submit_label,
            "cancel_url": self.cancel_url(), "multipart": form.is_multipart(), **self.context(),
        }  # fmt: skip
        return render(self.request, self.template_name, context, status=status)


class PostAction(Page):
    """A button: `act` makes one call and says where to go. A refusal becomes a toast on `back`."""

    http_method_names = ["post", "options"]
    done: Any = ""

    def act(self) -> str:
        raise NotImplementedError

    def back(self) -> str:
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            target = self.act()
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(self.back())
        if self.done:
            messages.success(request, str(self.done))
        return HttpResponseRedirect(target)
