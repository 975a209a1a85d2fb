"""The job page's fragments and the bell. Jobs are duck-typed; see the README for what they need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ui.clock import span

OVER = frozenset({"done", "failed", "cancelled"})
HTMX_STOP = 286  # htmx stops polling when an answer has this status
_bells: list[Callable[[HttpRequest], Iterable[Any]]] = []


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as the templates want it: every field there, every duration as text."""

    title: str
    state: str
    percent: int | None
    step: str
    elapsed: str
    remaining: str
    result_url: str
    result_label: str
    error: str
    can_cancel: bool
    cancel_url: str
    retry_url: str
    url: str
    at: dt.datetime | None

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def tone(self) -> str:
        return {"done": "good", "failed": "bad"}.get(self.state, "")


def view_of(job: Any) -> JobView:
    """Read a duck-typed job; what it lacks is empty."""

    def text(name: str) -> str:
        return str(getattr(job, name, "") or "")

    state = text("state")
    percent = getattr(job, "percent", None)
    return JobView(
        title=text("title"),
        state=state,
        percent=100 if state == "done" else percent if state != "queued" else None,
        step=text("step"),
        elapsed=span(getattr(job, "elapsed", None)),
        remaining=span(getattr(job, "remaining", None)) if state == "running" else "",
        result_url=text("result_url"),
        result_label=text("result_label"),
        error=text("error"),
        can_cancel=bool(getattr(job, "can_cancel", False)) and state not in OVER,
        cancel_url=text("cancel_url"),
        retry_url=text("retry_url") if state in {"failed", "cancelled"} else "",
        url=text("url"),
        at=getattr(job, "finished_at", None) or getattr(job, "created_at", None),
    )


def context(job: Any, *, poll_url: str) -> dict[str, Any]:
    """The context of `ui/job.html` and `ui/job_status.html`."""
    return {"job": view_of(job), "poll_url": poll_url}


def status_response(
    request: HttpRequest, job: Any, *, poll_url: str, template: str = "ui/job.html", **extra: Any
) -> HttpResponse:
    """The page, or for htmx its fragment; polling stops when the job is over."""
    data = {"back_url": "", "back_label": "", **context(job, poll_url=poll_url), **extra}
    if request.headers.get("HX-Request"):
        status = HTMX_STOP if data["job"].is_over else 200
        return render(request, "ui/job_status.html", data, status=status)
    return render(request, template, data)


def register_bell(source: Callable[[HttpRequest], Iterable[Any]]) -> None:
    """Let the bell ask `source(request)` for this person's newest jobs."""
    if source not in _bells:
        _bells.append(source)


def has_bell() -> bool:
    return bool(_bells)


def bell_jobs(request: HttpRequest, *, limit: int = 8) -> list[JobView]:
    """The newest jobs of every source."""
    return [view_of(job) for source in _bells for job in source(request)][:limit]
