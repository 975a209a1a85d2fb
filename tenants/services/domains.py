"""Own domains of a site: adding one, proving control over it, making it the main one, giving it up.

Proof is a TXT record or a file on the domain's own web server, with a token made for this claim. Whoever proves it
first has it; a domain that was given up is quarantined for 30 days before another site may take it.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import secrets
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel import outbound
from tenants.errors import AddressTaken, DomainInUse, DomainRefused, NotProved
from tenants.models import Domain, Site
from tenants.queries import sites
from tenants.walls import registry

QUARANTINE = dt.timedelta(days=30)
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
RECORD = "_site-proof"
PATH = "/.well-known/site-proof.txt"
REACH_PATH = "/.well-known/site-reach.txt"
Fetch = Callable[[str], outbound.Answer]
Txt = Callable[[str], list[str]]


def normalise(text: str) -> str:
    """`text` as the host name that a browser would ask for. Raises DomainRefused."""
    name = text.strip().lower().removeprefix("https://").removeprefix("http://").split("/", 1)[0].rstrip(".")
    try:
        name = name.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise DomainRefused(_("Write a domain such as offers.example.com.")) from error
    labels = name.split(".")
    if len(name) > 253 or len(labels) < 2 or not all(LABEL.fullmatch(label) for label in labels):
        raise DomainRefused(_("Write a domain such as offers.example.com."))
    if labels[-1].isdigit() or _is_address(name):
        raise DomainRefused(_("An IP address cannot be a domain of a site."))
    return name


def add(*, site: Site, name: str, now: dt.datetime) -> Domain:
    """Claim a domain for `site`; it waits for proof. Raises DomainRefused, AddressTaken."""
    host = normalise(name)
    suffix = settings.SITES_SUFFIX
    if host in (settings.PLATFORM_HOST, suffix) or host.endswith(f".{suffix}"):
        raise AddressTaken("domain")
    if _held_by_another(host, site.id, now):
        raise AddressTaken("domain")
    with transaction.atomic():
        mine = Domain.objects.select_for_update().filter(tenant=site, domain=host)
        found = mine.exclude(state=Domain.State.RELEASED).first()
        if found is not None:
            return found
        return Domain.objects.create(tenant=site, domain=host, token=secrets.token_urlsafe(24), created_at=now)


def verify(
    *, domain: Domain, now: dt.datetime, fetch: Fetch = outbound.fetch, txt: Txt = outbound.txt_records
) -> None:
    """Look for the proof outside and make the domain active. Raises NotProved, AddressTaken.

    Not in a transaction: the look takes seconds.
    """
    reason = _look(domain, fetch, txt)
    Domain.objects.filter(id=domain.id).update(checked_at=now)
    if reason:
        raise NotProved(_explain(reason), reason=reason)
    if _held_by_another(domain.domain, domain.tenant_id, now):
        raise AddressTaken("domain")
    try:
        with transaction.atomic():
            Domain.objects.filter(id=domain.id, state=Domain.State.PENDING).update(
                state=Domain.State.ACTIVE, verified_at=now
            )
    except IntegrityError as error:  # another site proved it in this very moment
        raise AddressTaken("domain") from error
    sites.forget()


def reaches(*, domain: Domain, fetch: Fetch = outbound.fetch) -> bool:
    """Whether the domain leads to this site already."""
    try:
        answer = fetch(f"http://{domain.domain}{REACH_PATH}")
    except outbound.OutboundError:
        return False
    return answer.status == 200 and answer.body.strip() == domain.tenant_id.hex.encode()


def make_primary(*, domain: Domain) -> None:
    """Links, codes and mails name this domain from now on. Raises DomainInUse unless it is active."""
    with transaction.atomic():
        mine = {row.id: row for row in Domain.objects.select_for_update().filter(tenant_id=domain.tenant_id)}
        if domain.id not in mine or mine[domain.id].state != Domain.State.ACTIVE:
            raise DomainInUse(_("Prove the domain first."))
        Domain.objects.filter(tenant_id=domain.tenant_id, is_primary=True).update(is_primary=False)
        Domain.objects.filter(id=domain.id).update(is_primary=True)
    sites.forget()


def release(*, domain: Domain, now: dt.datetime) -> None:
    """Give a domain up. Raises DomainInUse for the main one and for the platform's own sub-domain."""
    with transaction.atomic():
        row = Domain.objects.select_for_update().get(id=domain.id)
        if row.is_primary:
            raise DomainInUse(_("Links name this domain. Make another one the main domain first."))
        if row.domain.endswith(f".{settings.SITES_SUFFIX}"):
            raise DomainInUse(_("This address came with the site and stays with it."))
        # A claim that was never proved leaves nothing to protect.
        proved = row.verified_at is not None
        Domain.objects.filter(id=row.id).update(
            state=Domain.State.RELEASED, released_at=now if proved else None, token=""
        )
    sites.forget()


def serves(host: str) -> bool:
    """Whether a certificate may be had for `host`: it is a domain of a site that is ready."""
    found = sites.find_by_host(host)
    return found is not None and found.ready


def _held_by_another(host: str, site_id: uuid.UUID, now: dt.datetime) -> bool:
    with registry():
        others = Domain.objects.filter(domain=host).exclude(tenant_id=site_id)
        return (
            others.filter(state=Domain.State.ACTIVE).exists()
            or others.filter(state=Domain.State.RELEASED, released_at__gt=now - QUARANTINE).exists()
        )


def _look(domain: Domain, fetch: Fetch, txt: Txt) -> str:
    """Empty when the proof is there, else the reason that a person can act on."""
    if not domain.token:
        return "missing"
    try:
        if any(secrets.compare_digest(found.strip().encode(), domain.token.encode()) for found in
               txt(f"{RECORD}.{domain.domain}")):  # fmt: skip
            return ""
    except outbound.OutboundError:
        pass  # the file may still prove it
    try:
        answer = fetch(f"http://{domain.domain}{PATH}")
    except outbound.OutboundError as error:
        return error.reason
    proved = answer.status == 200 and secrets.compare_digest(answer.body.strip(), domain.token.encode())
    return "" if proved else "missing"


def _explain(reason: str) -> str:
    if reason == "private_address":
        return _("The domain leads to a private address, which is not looked at. Use the TXT record.")
    if reason in {"no_such_host", "unreachable", "too_slow"}:
        return _("Neither the record nor the web server was found. New records can take an hour to be seen.")
    if reason == "redirect":
        return _("The file answers with a redirect. Serve it at this very address, or use the TXT record.")
    return _("The record or the file was not found, or says something else. Check for typing errors.")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
