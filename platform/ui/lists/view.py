"""The list as a view: one URL shows, filters, sorts, pages, exports, and takes bulk actions and saved views."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from kernel.errors import DomainError
from kernel.ids import uuid_or_none
from ui import export, toasts
from ui.lists import bulk, paging
from ui.lists.drawing import DENSITY_COOKIE, Drawn
from ui.navigation import allowed
from ui.services import savedviews as views
from ui.text import thousands


class ListView(Drawn, View):
    """A list. See the README for what it declares."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.GET.get("export", "")
        if asked:
            return self._export(asked)
        if request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request"):
            response = render(request, self.region_template, self._region())
        else:
            context = {"view": self, **self._region(), **self._frame()}
            response = render(request, self.template_name, self.get_context_data(**context))
        # Back must not show the fragment that the browser kept for the same address.
        patch_vary_headers(response, ["HX-Request"])
        density = request.GET.get("density", "")
        if density in {"compact", "normal"}:
            response.set_cookie(DENSITY_COOKIE, density, max_age=365 * 86400, samesite="Lax", httponly=True)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        back = HttpResponseRedirect(f"{request.path}{self.state.url()}")
        try:
            if "view" in request.POST:
                return HttpResponseRedirect(f"{request.path}{self._change_views(request.POST['view'])}")
            return self._bulk(request, back)
        except DomainError as error:
            messages.error(request, str(error))
            return back

    def _bulk(self, request: HttpRequest, back: HttpResponse) -> HttpResponse:
        action = next((one for one in self.bulk_actions if one.key == request.POST.get("bulk")), None)
        if action is None:
            return HttpResponseBadRequest("unknown action")
        if not allowed(request, action.verb):
            raise PermissionDenied(action.verb)
        if request.POST.get("whole") == "1":
            total, beyond = paging.count_up_to(self.matching, self.bulk_limit)
            if beyond:
                messages.error(
                    request,
                    _("This works on at most %(limit)s at a time. Narrow the list first.")
                    % {"limit": thousands(self.bulk_limit)},
                )
                return back
            rows = self.matching
        else:
            chosen = [found for found in map(uuid_or_none, request.POST.getlist("ids")) if found]
            total, rows = len(chosen), self.get_queryset().filter(pk__in=chosen[: self.bulk_limit])
        if not total:
            messages.warning(request, _("Nothing was selected."))
            return back
        self._say(request, action.run(self, rows, request))
        return back

    def _say(self, request: HttpRequest, outcome: int | bulk.BulkResult) -> None:
        result = outcome if isinstance(outcome, bulk.BulkResult) else bulk.BulkResult(outcome)
        text = result.message or ngettext("Done for %(count)s.", "Done for %(count)s.", result.done) % {
            "count": thousands(result.done)
        }
        if result.failed:
            messages.warning(
                request,
                _("%(text)s Not possible for %(failed)s.") % {"text": text, "failed": thousands(result.failed)},
            )
        elif result.undo_url:
            toasts.undo(request, text, url=result.undo_url)
        else:
            messages.success(request, str(text))

    # Saved views.

    def _change_views(self, step: str) -> str:
        actor = getattr(self.request, "actor", None)
        if not (self.saves_views and getattr(actor, "id", None)):
            raise PermissionDenied
        post = self.request.POST
        view_id = uuid_or_none(post.get("id"))
        if step == "save":
            kept = views.save(
                actor=actor, page=self.name, name=post.get("name", ""), query=self.state.saved(), now=timezone.now()
            )
            messages.success(self.request, _("View saved."))
            return f"?{kept.query}"
        if step == "rename" and view_id:
            views.rename(actor=actor, view_id=view_id, name=post.get("name", ""))
        elif step == "delete" and view_id:
            views.delete(actor=actor, view_id=view_id)
            return "?"
        return self.state.url()

    # Export of exactly this view.

    def _export(self, form: str) -> HttpResponseBase:
        if not self.may_export or form not in {"csv", "xlsx"}:
            raise PermissionDenied(self.export_verb)
        total, beyond = paging.count_up_to(self.matching, self.export_limit)
        if beyond:
            messages.error(
                self.request,
                _("A file holds at most %(limit)s rows. Narrow the list and export it in parts.")
                % {"limit": thousands(self.export_limit)},
            )
            return HttpResponseRedirect(f"{self.request.path}{self.state.url()}")
        columns = [column for column in self.visible if column.exported]
        rows = paging.each(self.matching, self.sort, limit=total + 1)
        cells = ([column.exported_value(row) for column in columns] for row in rows)
        head = [str(column.label) for column in columns]
        filename = f"{self.name or 'list'}-{timezone.localdate():%Y-%m-%d}"
        if form == "csv":
            return export.csv_response(filename, head, cells)
        return export.xlsx_response(filename, head, cells, rtl=translation.get_language_bidi())
