"""What the pages of the merchant area share."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views import View

from accounts.actors import Actor
from kernel import clock
from kernel.errors import DomainError, NotFound
from merchants.errors import BadPlan
from merchants.models import Merchant
from tenants.models import Site
from ui.forms import refuse


def actor_of(request: HttpRequest) -> Actor:
    return cast("Actor", request.actor)  # type: ignore[attr-defined]


def site_of(request: HttpRequest) -> Site:
    return cast("Site", request.site)


def merchant_of(request: HttpRequest) -> Merchant:
    """The merchant whose area this is; read once a request."""
    found = getattr(request, "_merchant", None)
    if found is None:
        found = Merchant.objects.get(id=cast("uuid.UUID", actor_of(request).merchant_id))
        request._merchant = found  # type: ignore[attr-defined]
    return found


def language() -> str:
    """`en` or `ar`: which of the bilingual fields a page shows."""
    return "ar" if (get_language() or "en").startswith("ar") else "en"


def file_url(stored: str) -> str:
    """The address of a stored picture inside the merchant area; empty for none."""
    return reverse("merchants:file", args=[stored.split("/", 1)[1]]) if "/" in stored else ""


def or_404(read: Any, *args: Any, **kwargs: Any) -> Any:
    """What `read` returns; a thing that is not there, or is somebody else's, is a 404."""
    try:
        return read(*args, **kwargs)
    except (NotFound, Merchant.DoesNotExist) as error:
        raise Http404(str(error)) from error


def put_errors(form: forms.BaseForm, error: DomainError) -> None:
    """A refusal of the domain on the fields it names."""
    if isinstance(error, BadPlan):
        for name, message in error.errors.items():
            form.add_error(name if name in form.fields else None, message)
    else:
        refuse(form, error)


class FormView(View):
    """A form page: `form()` makes it, `save(form)` calls one service and returns where to go."""

    verb = ""
    template_name = "ui/form_page.html"
    title: Any = ""
    lead: Any = ""
    submit_label: Any = ""
    cancel_name = ""
    done: Any = ""

    def form(self, data: Any = None, files: Any = None) -> forms.BaseForm:
        raise NotImplementedError

    def save(self, form: Any) -> str:
        raise NotImplementedError

    def extra(self) -> dict[str, Any]:
        return {}

    def cancel_url(self) -> str:
        return reverse(self.cancel_name) if self.cancel_name else ""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST, request.FILES)
        if form.is_valid():
            try:
                url = self.save(form)
            except NotFound as error:
                raise Http404(str(error)) from error
            except DomainError as error:
                put_errors(form, error)
            else:
                if self.done:
                    messages.success(request, str(self.done))
                return redirect(url)
        return self.show(form, status=422)

    def show(self, form: forms.BaseForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form, "title": self.title, "lead": self.lead, "submit_label": self.submit_label,
            "cancel_url": self.cancel_url(), **self.extra(),
        }  # fmt: skip
        return render(self.request, self.template_name, context, status=status)


class ActView(View):
    """A button: a POST that calls one service and comes back with what happened."""

    verb = ""
    http_method_names = ["post"]
    done: Any = ""

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        """Do it and return where to go."""
        raise NotImplementedError

    def back(self, **kwargs: Any) -> str:
        """Where a refusal leads."""
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            url = self.act(request, **kwargs)
        except NotFound as error:
            raise Http404(str(error)) from error
        except BadPlan as error:
            messages.error(request, " ".join(str(message) for message in error.errors.values()))
            return redirect(self.back(**kwargs))
        except DomainError as error:
            messages.error(request, str(error))
            return redirect(self.back(**kwargs))
        if self.done:
            messages.success(request, str(self.done))
        return redirect(url)

    @property
    def now(self) -> Any:
        return clock.now()
