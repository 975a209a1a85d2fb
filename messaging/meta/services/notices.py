"""Mails to the console's staff when something needs a person. At level master."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from accounts.permissions import CONSOLE
from accounts.queries.people import staff_emails
from accounts.services import mail
from messaging.meta.choices import LANGUAGES
from messaging.meta.models import MessageTemplate, Sender
from tenants.models import Site
from tenants.queries import sites
from ui.text import thousands


def token_died() -> None:
    """Meta refuses the token."""
    with _console() as home:
        _tell(
            home,
            _("WhatsApp has stopped"),
            _("Meta no longer accepts the platform's access token. No message of any site goes out; all of them wait."),
            _("Save a new token on the WhatsApp page: sending goes on by itself."),
        )


def sender_paused(site: Site, reason: str) -> None:
    """A site's number rests."""
    with _console() as home:
        _tell(
            home,
            _("The WhatsApp number of %(site)s is paused") % {"site": site.name},
            _("Its messages wait. Reason: %(reason)s.") % {"reason": reason},
            _("Look at its quality and limit, and resume it when the cause is gone."),
        )


def sender_unwell(site: Site, sender: Sender, worse: Sequence[str]) -> None:
    """Meta rates a number lower than before, or stopped it: `worse` names the fields."""
    with _console() as home:
        limit = thousands(sender.users_per_day) if sender.users_per_day is not None else _("none")
        said = {
            "status": _("Meta says of it: %(status)s.") % {"status": sender.get_status_display()},
            "quality": _("Its quality is low now: too many people block it or report its messages."),
            "users_per_day": _("Meta lowered the limit: all numbers together may write to %(count)s people in a day.")
            % {"count": limit},
        }
        _tell(
            home,
            _("The WhatsApp number of %(site)s is not well") % {"site": site.name},
            *(said[name] for name in worse),
            _("Look at what its merchants send, and in WhatsApp Manager at what Meta asks for."),
        )  # fmt: skip


def texts_lost(site: Site, texts: Sequence[MessageTemplate]) -> None:
    """Meta refused, paused or disabled texts of a site."""
    with _console() as home:
        count = len(texts)
        said = ngettext(
            "%(count)s text of %(site)s cannot be sent", "%(count)s texts of %(site)s cannot be sent", count
        )
        languages = dict(LANGUAGES)
        listed = [
            f"{row.get_purpose_display()} ({languages.get(row.language, row.language)}): {row.get_status_display()}"
            + (f" – {row.reason}" if row.reason else "")
            for row in texts
        ]
        _tell(
            home, said % {"count": thousands(count), "site": site.name}, *listed,
            _("Messages that need it wait, and are given up when they are no longer of use. Open the texts, mend the"
              " cause and submit them again."),
        )  # fmt: skip


def ceiling_reached(site: Site, ceiling: int) -> None:
    """A site paid for as many codes within an hour as it may."""
    with _console() as home:
        _tell(
            home,
            _("The ceiling of codes of %(site)s is reached") % {"site": site.name},
            _("%(count)s codes within an hour were paid by the platform. Until some of them are an hour old, no more"
              " are sent at its cost.") % {"count": thousands(ceiling)},
            _("Look whether so many customers asked, or somebody plays with it. The number's page has the limit."),
        )  # fmt: skip


def account_notice(event: str) -> None:
    """Meta says something grave about the account."""
    with _console() as home:
        _tell(
            home,
            _("Meta has restricted the WhatsApp account"),
            _("Meta told us: %(event)s.") % {"event": event},
            _("Open WhatsApp Manager at Meta to see what it asks for."),
        )


@contextmanager
def _console() -> Iterator[Site]:
    """The console, with its language as the one that is spoken."""
    home = sites.console()
    with override(home.language):
        yield home


def _tell(home: Site, subject: str, *lines: str) -> None:
    for email in staff_emails("meta.manage", CONSOLE):
        mail.send(
            to=email, site=home, subject=subject, lines=lines, action_url=f"{sites.base_url(home)}/whatsapp/",
            action_label=_("Open WhatsApp"), language=home.language,
        )  # fmt: skip
