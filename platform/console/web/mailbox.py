"""The demo's mailbox: every mail that the demo sent, per site. It exists in the demo only."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from accounts.permissions import PUBLIC

NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9]+\.log")
NEWEST = 100
LINK = re.compile(r"(https?://\S+)")


@dataclass(frozen=True, slots=True)
class Sent:
    name: str
    sender: str
    to: str
    subject: str
    date: str
    body: str
    links: list[str]


def read(path: Path) -> Sent:
    """One mail of the file backend: headers, body, and a line of hyphens after each."""
    raw = path.read_bytes().rsplit(b"\n-----", 1)[0]
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("plain",))
    body = part.get_content() if part else ""
    return Sent(
        path.name, str(message["From"] or ""), str(message["To"] or ""), str(message["Subject"] or ""),
        str(message["Date"] or ""), body, LINK.findall(body),
    )  # fmt: skip


def folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH)


class Mailbox(View):
    """Open to everybody: it shows nothing but what the demo itself made up."""

    verb = PUBLIC

    def get(self, request: HttpRequest) -> HttpResponse:
        found = sorted(folder().glob("*.log"), reverse=True)[:NEWEST] if folder().is_dir() else []
        return render(request, "console/mailbox.html", {"mails": [read(path) for path in found]})


class Mail(View):
    verb = PUBLIC

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        path = folder() / name
        if not NAME.fullmatch(name) or not path.is_file():
            raise Http404
        return render(request, "console/mail.html", {"mail": read(path)})
