"""One statement on screen and as files, and what staff may do about it. Each surface narrows whose it can be."""

from __future__ import annotations

import datetime as dt
import uuid
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.queries import trail
from agents import words
from agents.statements import showing
from agents.statements.choices import State
from agents.statements.models import Statement
from agents.statements.queries import statements
from agents.statements.services import changing, runs
from agents.statements.web.lists import month_of
from agents.web.base import FormPage, Page, PostAction
from kernel import clock
from kernel.errors import DomainError
from merchants.web.base import language, or_404

LINES = 200  # on screen; the files have every line


class _Surface(Page):
    """Which statements this surface reaches, and what its pages are called."""

    space = ""

    def reachable(self) -> QuerySet[Statement]:
        raise NotImplementedError

    @cached_property
    def statement(self) -> Statement:
        found: Statement = or_404(statements.get, self.kwargs["statement_id"], within=self.reachable())
        return found

    def url(self, name: str, statement_id: uuid.UUID | None = None) -> str:
        return reverse(f"{self.space}:{name}", args=[statement_id or self.kwargs["statement_id"]])


class Own(_Surface):
    space = "own-statements"

    def reachable(self) -> QuerySet[Statement]:
        return statements.list_own()


class Office(_Surface):
    space = "office-statements"

    def reachable(self) -> QuerySet[Statement]:
        return statements.list_of_site()


class Console(_Surface):
    space = "console-statements"

    def reachable(self) -> QuerySet[Statement]:
        return statements.list_for_console(self.actor)


class _StatementPage(_Surface):
    verb = "statement.view"

    def get(self, request: HttpRequest, statement_id: uuid.UUID) -> HttpResponse:
        statement, lang = self.statement, language()
        ready = statement.state == State.READY
        figures = statement.figures
        corrections = statements.corrections_of(statement)
        may = self.actor.can("statement.run")
        context = {
            "statement": statement, "month": month_of(statement), "ready": ready,
            "sections": showing.sections(figures, lang, statement.zone, most=LINES) if figures else [],
            "last": statement.ends_at - dt.timedelta(seconds=1), "list_url": reverse(f"{self.space}:list"),
            "downloads": self._downloads(lang) if ready else [],
            "newer": [(self.url("page", found.id), found.label) for found in corrections],
            "older": self.url("page", statement.corrects_id) if statement.corrects_id else "",
            "old_label": (figures or {}).get("corrects", ""), "staff": self.space != "own-statements",
            "again_url": self.url("again") if may and statement.state == State.FAILED else "",
            "correct_url": self.url("correct") if may and ready and not corrections else "",
            "history": words.labelled(trail.list_history(statement.id)) if may else [],
        }  # fmt: skip
        return render(request, "statements/statement.html", context)

    def _downloads(self, lang: str) -> list[tuple[str, Any]]:
        """The files, the reader's language first."""
        found = [(self.url("en"), _("English")), (self.url("ar"), _("Arabic"))]
        return found[::-1] if lang == "ar" else found


class _File(_Surface):
    """A file as it was made, or no file."""

    verb = "statement.view"

    def get(self, request: HttpRequest, statement_id: uuid.UUID, language: str) -> HttpResponse:
        statement = self.statement
        if statement.state != State.READY:
            raise Http404
        try:
            content = statements.read_file(statement, language)
        except FileNotFoundError as error:
            raise Http404 from error
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(self.url("page"))
        response = HttpResponse(content, content_type="application/pdf")
        response.headers["Content-Disposition"] = f'attachment; filename="{statement.label}-{language}.pdf"'
        response.headers["Cache-Control"] = "private, no-store"
        return response


class _Again(_Surface, PostAction):
    verb = "statement.run"
    done = _("It is being made again.")

    def act(self) -> str:
        changing.make_again(statement_id=self.statement.id, actor=self.actor, now=clock.now())
        return self.url("page")

    def back(self) -> str:
        return self.url("page")


class CorrectForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("Stands on the new document, where its owner reads it.")
    )


class _Correct(_Surface, FormPage):
    verb = "statement.run"
    form_class = CorrectForm
    title = _("Correct a statement")
    lead = _("A new document with a number of its own is made from the ledger as it stands now. The old one stays.")
    submit_label = _("Make a correction")
    done = _("The correction is being made.")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.statement.state != State.READY:
            raise Http404
        return super().get(request, *args, **kwargs)

    def save(self, form: Any) -> str:
        new = changing.correct(
            statement_id=self.statement.id, reason=form.cleaned_data["reason"], actor=self.actor, now=clock.now()
        )
        return self.url("page", new.id)

    def cancel_url(self) -> str:
        return self.url("page")


class _RunNow(_Surface):
    """Asks first: it mails everybody whose statement is due."""

    verb = "statement.run"
    everywhere = False

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {
            "title": _("Make what is due"), "action_label": _("Make the statements"), "tone": "primary",
            "text": _("Every month that is over and has no statement yet gets one. What exists stays as it is."),
            "consequences": [
                _("It runs as a job; you can follow it at the bell."),
                _("Each owner gets a mail when its statement is ready."),
                *([_("Every agent's site is asked to do the same for its merchants.")] if self.everywhere else []),
            ],
            "cancel_url": reverse(f"{self.space}:list"),
        }  # fmt: skip
        return render(request, "ui/confirm_page.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        opened = runs.run(actor=self.actor, now=clock.now())
        if opened or self.everywhere:
            messages.success(request, _("Started. New statements: %(count)d.") % {"count": opened})
        else:
            messages.info(request, _("Nothing is due: every month that is over has its statements."))
        return HttpResponseRedirect(reverse(f"{self.space}:list"))


class OwnPage(Own, _StatementPage):
    """A merchant's own."""


class OwnFile(Own, _File):
    """Its files."""


class OfficePage(Office, _StatementPage):
    """One of the site's."""


class OfficeFile(Office, _File):
    """Its files."""


class OfficeAgain(Office, _Again):
    """Have a failed one made again."""


class OfficeCorrect(Office, _Correct):
    """Correct one."""


class OfficeRun(Office, _RunNow):
    """Make what is due on this site."""


class ConsolePage(Console, _StatementPage):
    """The platform's, or an agent's."""


class ConsoleFile(Console, _File):
    """Its files."""


class ConsoleAgain(Console, _Again):
    """Have a failed one made again."""


class ConsoleCorrect(Console, _Correct):
    """Correct one."""


class ConsoleRun(Console, _RunNow):
    """Make what is due everywhere."""

    everywhere = True
