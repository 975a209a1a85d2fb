"""Money that agents pay the platform in advance: by Stripe, or by bank transfer with a proof that the console confirms.

Recorded behind the agent's site, posted at level master: no site can say that money came.
"""

from __future__ import annotations

import datetime as dt
import uuid

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor, must
from accounts.services import audit
from agents.models import Agent, TopUp
from agents.payments.services import gateway
from agents.payments.services.gateway import Session
from agents.services import wallets
from credits.choices import AccountKind, Action, OwnerType
from credits.services import ledger, legs
from credits.services.legs import Leg
from credits.services.wallets import open_for_agent
from kernel.errors import Conflict, DomainError, NotFound
from kernel.ids import uuid7
from tenants.queries import sites
from tenants.walls import current_site, wall

log = structlog.get_logger("couponry.topups")
State = TopUp.State
LOOK_BACK = dt.timedelta(days=2)  # a checkout lives for a day
LEAST, MOST = 100, 100_000_000_000


class NoSuchTopUp(NotFound):
    code = "no_such_topup"

    def __init__(self) -> None:
        super().__init__(_("There is no such top-up."))


class NotWaiting(Conflict):
    """It was confirmed, rejected or paid already."""

    code = "not_waiting"

    def __init__(self) -> None:
        super().__init__(_("This top-up is not waiting for a confirmation any more."))


class AnotherPerson(DomainError):
    """Above the limit two different people have to say that the money came."""

    code = "another_person"

    def __init__(self) -> None:
        super().__init__(_("An amount this large is confirmed by two people. Ask somebody else to confirm it."))


def start(
    *, topup_id: uuid.UUID, amount: int, return_url: str, cancel_url: str, language: str, actor: Actor,
    now: dt.datetime, email: str = "",
) -> TopUp:  # fmt: skip
    """Open a checkout with the platform's keys. The same `topup_id` again is the same checkout. At level site.

    Raises NotAllowed, NotConnected, GatewayRefused, GatewayUnavailable.
    """
    must(actor, "money.topup")
    site = current_site()
    found = TopUp.objects.filter(id=topup_id).first()
    if found is None:
        with transaction.atomic():
            found = _new(TopUp.Method.STRIPE, State.PENDING_PAYMENT, amount, actor, now)
            found.id = topup_id
            found.save(force_insert=True)
            audit.record("topup.started", found, actor=actor, now=now, after={"amount": amount})
    if not found.session_id:
        session = gateway.platform().checkout(
            reference=found.id, kind="topup", amount=found.amount, currency=found.currency,
            lines=[gateway.Line(name=_("Wallet top-up"), quantity=1, unit_amount=found.amount)],
            success_url=return_url, cancel_url=cancel_url, language=language, email=email,
        )  # fmt: skip
        found.session_id, found.session_url = session.id, session.url
        found.session_expires_at, found.livemode = session.expires_at, session.livemode
        TopUp.objects.filter(id=found.id, site_id=site.id, session_id="").update(
            session_id=session.id, session_url=session.url, session_expires_at=session.expires_at,
            livemode=session.livemode,
        )  # fmt: skip
    return found


def look(*, topup_id: uuid.UUID, actor: Actor, now: dt.datetime) -> None:
    """Ask Stripe about an open top-up and settle what it says. At level site; the money is posted at level master."""
    found = TopUp.objects.filter(id=topup_id).first()
    if found is None:
        raise NoSuchTopUp
    if found.state != State.PENDING_PAYMENT or not found.session_id:
        return
    session = gateway.platform().read(found.session_id)
    with wall(sites.console(), "master"):
        settle(reference=topup_id, session=session, actor=actor, now=now)


def look_at_open(*, actor: Actor, now: dt.datetime) -> int:
    """Ask Stripe about the site's checkouts of the last two days that are still open; how many. At level site."""
    open_ones = TopUp.objects.filter(state=State.PENDING_PAYMENT, created_at__gt=now - LOOK_BACK).exclude(session_id="")
    asked = 0
    for topup_id in list(open_ones.values_list("id", flat=True)[:100]):
        try:
            look(topup_id=topup_id, actor=actor, now=now)
        except DomainError as error:  # Stripe not answering must not keep the others waiting
            log.warning("a top-up could not be asked about", topup_id=str(topup_id), code=error.code)
        asked += 1
    return asked


def settle(*, reference: uuid.UUID, session: Session, actor: Actor, now: dt.datetime) -> None:
    """What Stripe says of a top-up's checkout. At level master. Raises NoSuchTopUp."""
    with transaction.atomic():
        topup = _locked(reference)
        if topup.state == State.COMPLETED:
            if session.payment_intent and session.payment_intent != topup.payment_intent:
                _flag(topup, gettext_noop("It was paid a second time."))
            return
        if session.status == "expired":
            if topup.state == State.PENDING_PAYMENT and topup.session_id in {"", session.id}:
                topup.state = State.EXPIRED
                topup.save(update_fields=["state"])
        elif session.status == "complete" and session.payment_status != "unpaid":
            problem = _differs(topup, session)
            if problem:
                _flag(topup, problem)
                return
            topup.session_id, topup.payment_intent = session.id, session.payment_intent or ""
            _complete(topup, actor=actor, now=now)


def changed(*, reference: uuid.UUID, payment: gateway.Payment, actor: Actor, now: dt.datetime) -> None:
    """A refund or dispute of a top-up at Stripe: a person decides what is corrected. At level master."""
    with transaction.atomic():
        topup = _locked(reference)
        if payment.disputed or payment.amount_refunded:
            _flag(topup, gettext_noop("It was refunded or is disputed at Stripe. Correct the wallet."))
            audit.record(
                "topup.flagged", topup, actor=actor, now=now, after={"refunded": payment.amount_refunded}
            )


def record(
    *, site_id: uuid.UUID, amount: int, reference: str, proof: str, actor: Actor, now: dt.datetime,
    topup_id: uuid.UUID | None = None,
) -> TopUp:  # fmt: skip
    """Note a bank transfer; `proof` is a stored file of the site. At the agent's level site, or at the console.

    Raises NotAllowed.
    """
    by_console = actor.scope == "console"
    must(actor, "topup.record" if by_console else "money.topup")
    with transaction.atomic():
        topup = _new(TopUp.Method.BANK, State.PENDING_CONFIRMATION, amount, actor, now, site_id=site_id)
        topup.id = topup_id or uuid7()
        topup.reference, topup.proof, topup.by_console = reference, proof, by_console
        if by_console:  # whoever records it has seen the money: the first of two
            topup.confirmed_by, topup.confirmed_label = actor.id, actor.label[:120]
        topup.save(force_insert=True)
        audit.record("topup.recorded", topup, actor=actor, now=now, after={"amount": amount, "reference": reference})
    return topup


def needs_two(topup: TopUp) -> bool:
    """Whether two different people confirm it."""
    return topup.amount > int(settings.TOPUP_TWO_PEOPLE_ABOVE)


def confirm(*, topup_id: uuid.UUID, actor: Actor, now: dt.datetime) -> TopUp:
    """Say that the transfer arrived. Above the limit the first confirmation waits for another person's.

    At the console. Raises NotAllowed, NotWaiting, AnotherPerson.
    """
    must(actor, "topup.confirm")
    with transaction.atomic():
        topup = _waiting(topup_id)
        if needs_two(topup):
            if topup.confirmed_by is None:
                topup.confirmed_by, topup.confirmed_label = actor.id, actor.label[:120]
                topup.save(update_fields=["confirmed_by", "confirmed_label"])
                audit.record("topup.confirmed_once", topup, actor=actor, now=now)
                return topup
            if actor.id in {topup.confirmed_by, topup.created_by if topup.by_console else None}:
                raise AnotherPerson
        _complete(topup, actor=actor, now=now)
    return topup


def reject(*, topup_id: uuid.UUID, reason: str, actor: Actor, now: dt.datetime) -> TopUp:
    """Say that no such transfer arrived. At the console. Raises NotAllowed, NotWaiting."""
    must(actor, "topup.confirm")
    with transaction.atomic():
        topup = _waiting(topup_id)
        topup.state, topup.reason = State.REJECTED, reason
        topup.save(update_fields=["state", "reason"])
        audit.record("topup.rejected", topup, actor=actor, now=now, reason=reason)
    return topup


def _complete(topup: TopUp, *, actor: Actor, now: dt.datetime) -> None:
    topup.state, topup.completed_at, topup.session_url = State.COMPLETED, now, ""
    topup.save()
    open_for_agent(agent_id=topup.agent_id, currency=topup.currency, now=now, site_id=topup.site_id)
    ledger.post(
        key=ledger.key_for("topup", topup.id), kind="topup", related=ledger.Related("topup", topup.id),
        legs=[
            Leg(AccountKind.WALLET, topup.currency, topup.amount, OwnerType.AGENT, topup.agent_id,
                action=Action.PURCHASE),
            legs.far_side(AccountKind.ISSUED, topup.currency, -topup.amount),
        ],
        actor=actor, now=now, site_id=topup.site_id,
    )  # fmt: skip
    audit.record("topup.completed", topup, actor=actor, now=now, after={"amount": topup.amount})
    wallets.tell_site(topup.site_id, now=now)


def _differs(topup: TopUp, session: Session) -> str:
    if session.reference != topup.id or session.kind != "topup":
        return gettext_noop("The payment names another order.")
    if session.currency.upper() != topup.currency or session.amount != topup.amount:
        return gettext_noop("Another amount or currency was paid than was asked.")
    if topup.session_id and session.livemode != topup.livemode:
        return gettext_noop("A test payment came for a live order, or a live one for a test order.")
    return ""


def _flag(topup: TopUp, problem: str) -> None:
    topup.needs_person, topup.problem = True, problem
    topup.save(update_fields=["needs_person", "problem"])


def _new(
    method: str, state: str, amount: int, actor: Actor, now: dt.datetime, site_id: uuid.UUID | None = None
) -> TopUp:
    site = sites.get_site(site_id) if site_id else current_site()
    if not LEAST <= amount <= MOST:
        raise DomainError(_("This amount cannot be topped up."), field="amount")
    agent = Agent.objects.only("id").get(site_id=site.id)
    return TopUp(
        site_id=site.id, agent_id=agent.id, method=method, state=state, amount=amount, currency=site.currency,
        created_at=now, created_by=actor.id, created_label=actor.label[:120],
    )  # fmt: skip


def _locked(topup_id: uuid.UUID) -> TopUp:
    found = TopUp.objects.select_for_update(no_key=True).filter(id=topup_id).first()
    if found is None:
        raise NoSuchTopUp
    return found


def _waiting(topup_id: uuid.UUID) -> TopUp:
    found = _locked(topup_id)
    if found.state != State.PENDING_CONFIRMATION:
        raise NotWaiting
    return found
