"""Making a batch: the form, its live preview, the confirmation, and the button that carries the number."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View

from credits.queries import balances
from credits.services.ledger import InsufficientCredits
from kernel import clock
from kernel.errors import DomainError
from kernel.ids import uuid_or_none
from merchants import words
from merchants.models import Batch
from merchants.paper.stamp import sheet_for
from merchants.queries import batches as read
from merchants.services import batches, generation, previews
from merchants.services.plans import BatchPlan
from merchants.web.base import actor_of, file_url, merchant_of, or_404, put_errors, site_of
from merchants.web.batchform import BatchForm, face_of_plan, initial_of
from ui.text import thousands


class BatchCreateView(View):
    """Three steps on one address: the form, the confirmation (`preview`), the act (`generate`)."""

    verb = "batch.generate"

    def get(self, request: HttpRequest) -> HttpResponse:
        form = self._form()
        source = uuid_or_none(request.GET.get("from"))
        if source:
            batch = or_404(read.get_batch, source)
            plan = batches.plan_of(batch)
            form = self._form(initial=initial_of(plan, merchant_of(request).time_zone, set(form.designs)))
        elif request.GET.get("template") in form.designs:
            form = self._form(initial={"template": request.GET["template"]})
        return self._show(form)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self._form(request.POST)
        step = request.POST.get("step", "preview")
        if step == "edit" or not form.is_valid():
            return self._show(form, status=200 if form.is_valid() else 422)
        try:
            plan = form.plan()
            if step == "generate":
                return self._generate(form, plan)
            return self._confirm(form, plan)
        except InsufficientCredits as error:
            form.add_error("quantity", _("Only %(count)s coupon credits are left.") % {
                "count": thousands(error.available)})  # fmt: skip
        except DomainError as error:
            put_errors(form, error)
        return self._show(form, status=422)

    def _form(self, data: Any = None, **kwargs: Any) -> BatchForm:
        return BatchForm(
            data, merchant=merchant_of(self.request), site=site_of(self.request), now=clock.now(), **kwargs
        )

    def _show(self, form: BatchForm, status: int = 200) -> HttpResponse:
        merchant = merchant_of(self.request)
        context = {
            "form": form, "merchant": merchant, "available": balances.of_merchant(merchant.id).coupon,
            "quantity": form.quantity_now, "draft": form.draft(),
        }  # fmt: skip
        return render(self.request, "merchants/batch_form.html", context, status=status)

    def _confirm(self, form: BatchForm, plan: BatchPlan) -> HttpResponse:
        merchant, site = merchant_of(self.request), site_of(self.request)
        available = balances.of_merchant(merchant.id).coupon
        if plan.quantity > available:
            raise InsufficientCredits(needed=plan.quantity, available=available, unit="coupon")
        token = previews.make(plan, merchant, site)
        face = face_of_plan(plan, merchant, site, file_url(plan.face["image"]))
        slots = len(sheet_for(face.layout, "a4").slots)
        context = {
            "form": form, "plan": plan, "merchant": merchant, "available": available, "left": available - plan.quantity,
            "given": [(name, value) for name in self.request.POST for value in self.request.POST.getlist(name)
                      if name not in {"csrfmiddlewaretoken", "step"}],
            "token": token, "face": face, "image_url": face.image_url,
            "offer": words.offer(plan, site.currency), "days": words.days(plan.weekdays),
            "hours": words.hours(plan.hour_from, plan.hour_to), "expiry": words.expiry(plan, merchant.time_zone),
            "branches": [str(label) for value, label in form.fields["branches"].choices  # type: ignore[attr-defined]
                         if value in {str(branch) for branch in plan.branches}] if plan.branches else [],
            "online": plan.quantity - plan.print_quantity, "per_page": slots,
            "pages": -(-plan.print_quantity // slots), "risk": risk_line(plan.quantity),
            "is_large": plan.quantity > generation.AT_ONCE, "action": action_label(plan.quantity),
        }  # fmt: skip
        return render(self.request, "merchants/batch_confirm.html", context)

    def _generate(self, form: BatchForm, plan: BatchPlan) -> HttpResponse:
        batch = generation.generate(
            batch_id=form.cleaned_data["batch_id"], merchant_id=merchant_of(self.request).id, plan=plan,
            actor=actor_of(self.request), now=clock.now(),
        )  # fmt: skip
        if batch.state == Batch.State.GENERATING:
            job = generation.job_of(batch)
            if job:
                return redirect("merchants:job", job.id)
        messages.success(
            self.request,
            ngettext("%(count)s coupon generated.", "%(count)s coupons generated.", batch.quantity)
            % {"count": thousands(batch.quantity)},
        )
        return redirect("merchants:batch", batch.id)


def action_label(quantity: int) -> str:
    return ngettext("Generate %(count)s coupon", "Generate %(count)s coupons", quantity) % {
        "count": thousands(quantity)
    }


def risk_line(quantity: int) -> str:
    """How safe the serials are, in a number one can picture: a thousand guesses a second for so many years."""
    years = read.guesses_for_one(quantity) // (1000 * 31_557_600)
    return _("Serials cannot be guessed: at 1,000 tries a second, hitting one would take about %(years)s years.") % {
        "years": thousands(years)
    }


class DraftView(View):
    """The coupon as the form stands now; the form's page asks for it while one types."""

    verb = "batch.generate"

    def post(self, request: HttpRequest) -> HttpResponse:
        form = BatchForm(request.POST, merchant=merchant_of(request), site=site_of(request), now=clock.now())
        return render(request, "merchants/_draft.html", {"draft": form.draft()})


class PreviewFileView(View):
    """The page of the confirmation, as picture or PDF."""

    verb = "batch.generate"

    def get(self, request: HttpRequest, token: str, form: str) -> HttpResponse:
        found = previews.find(merchant_of(request).id, token, form)
        if found is None:
            raise Http404
        response = HttpResponse(found, content_type="application/pdf" if form == "pdf" else "image/webp")
        response.headers["Cache-Control"] = "private, no-store"
        if form == "pdf":
            response.headers["Content-Disposition"] = 'inline; filename="preview.pdf"'
        return response


def new_batch_url(**query: Any) -> str:
    """The form's address, started from a batch or a template."""
    from urllib.parse import urlencode

    return f"{reverse('merchants:batch-create')}?{urlencode(query)}"


NEW_BATCH = gettext_lazy("Generate coupons")
