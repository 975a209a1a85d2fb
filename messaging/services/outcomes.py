"""What became of a message: the only code that changes its state and its coupon, and has its credit charged.

Each step locks the message, looks at its state, and does all of it or nothing. A status moves a message forward only,
so statuses may come twice, late and in any order:

    queued → sending → accepted → sent → delivered → read
                 ↘ unknown ↗  ↘ failed (or queued again, when Meta's reason passes by itself)

Whatever arrived once has arrived: a failure that is told later, of another device, changes nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from django.db import connection, transaction

from accounts.actors import Actor
from accounts.services import audit
from kernel import crypto
from kernel.services import outbox
from merchants.services import holding
from messaging import locks
from messaging.choices import (
    ANEW,
    ARRIVED,
    COMES_AGAIN,
    GIFTS,
    NOT_DRAWN,
    OPEN,
    RANK,
    WITHOUT_PICTURE,
    State,
    Trigger,
    Type,
)
from messaging.consent.services import consent
from messaging.errors import WrongState
from messaging.meta.choices import WITHOUT_IMAGE, Verdict
from messaging.meta.queries import senders, templates
from messaging.meta.services import account
from messaging.meta.services import senders as sender_services
from messaging.meta.services import templates as template_services
from messaging.models import Contact, Message
from messaging.services import charging, pacing, queue
from tenants.walls import current_site

log = structlog.get_logger("couponry.messaging")
MOST_ATTEMPTS = 5  # of what Meta took or judged; what its own trouble kept off goes on until it is too old
MOST_TROUBLES = 30  # nearly two hours: who is answered so for so long has a trouble of his own
LONGEST_WAIT = 8  # the power of two, in seconds
NOT_DRAWN_NEWS = "message.not_drawn"
# What Meta says of a picture that it does not take; and how often one is tried, with how long in between.
PICTURE_REFUSED, PICTURE_TRIES, PICTURE_AGAIN = {131052, 131053}, 2, dt.timedelta(minutes=1)
TOMORROW = dt.timedelta(hours=24)
DATED = frozenset({Trigger.BIRTHDAY, Trigger.FESTIVAL})  # what is said a day too late is worse than nothing
MOMENTS = {State.SENT: "sent_at", State.DELIVERED: "delivered_at", State.READ: "read_at"}
Random = Callable[[], float]
_ACCEPT = """
UPDATE messaging_message m SET
    history = CASE WHEN m.state IN ('sending', 'unknown') THEN m.history || %s::jsonb ELSE m.history END,
    state = CASE WHEN m.state IN ('sending', 'unknown') THEN 'accepted' ELSE m.state END,
    accepted_at = coalesce(m.accepted_at, %s), wamid = coalesce(nullif(m.wamid, ''), answer.wamid), form = answer.form
FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::text[]) AS answer (id, turn, wamid, form)
WHERE m.id = answer.id AND m.turn = answer.turn AND m.refused_turn < answer.turn
  AND m.state IN ('sending', 'unknown', 'accepted', 'sent', 'delivered', 'read')
"""


def accepted(answers: Sequence[tuple[uuid.UUID, int, str, str]], *, now: dt.datetime) -> None:
    """Meta has taken these (message, turn, wamid, the form it went out in). Nothing is charged for that.

    One statement for a round: where a status was faster, the state stays as far as it is, and an answer to a turn that
    was refused meanwhile changes nothing.
    """
    if not answers:
        return
    step = json.dumps([[now.isoformat(), State.ACCEPTED, ""]])
    with connection.cursor() as cursor:
        cursor.execute(_ACCEPT, [step, now, *(list(column) for column in zip(*answers, strict=True))])


def arrived(message: Message, *, turn: int, state: State, at: dt.datetime, now: dt.datetime, **seen: Any) -> None:
    """Meta says that a post of it was sent (at `at`), delivered or read. The caller holds the lock, in a transaction.

    Credit and coupon move at `now`: a month that is closed stays as it is, however late the news.
    """
    if message.state in RANK and RANK[State(message.state)] >= RANK[state]:
        _note_late(message, state, at)
        return
    first = message.state not in ARRIVED
    if state == State.SENT and (turn <= message.refused_turn or message.state == State.FAILED):
        return  # it was sent, and then failed: news in the wrong order
    _note(message, state, at)
    message.state, message.failed_at, message.error, message.error_code = state, None, "", None
    message.sent_at = message.sent_at or at
    setattr(message, MOMENTS[state], getattr(message, MOMENTS[state]) or at)
    for name, value in seen.items():
        setattr(message, name, value)
    if first:
        if message.coupon_id and message.trigger in GIFTS:
            _take_coupon(message, now)
        charging.spend(message, now=now)
        message.secret_sealed = message.to_sealed = ""
    message.save()


def refused(
    message_id: uuid.UUID, *, turn: int, verdict: Verdict, code: int | None, title: str, now: dt.datetime,
    random: Random, form: str = "", billed: bool | None = None,
) -> None:  # fmt: skip
    """Meta refused one post of it, at once or later by a status: again, later or never, as `verdict` has it.

    The refusal of an older post, told late or twice, changes nothing. `form`: what was posted, where Meta did not take
    it; `billed`: what a failed status says of it.
    `random` gives numbers of [0, 1) for the jitter. What concerns the number or the account is passed on.
    """
    with transaction.atomic():
        message = locks.message(message_id)
        if turn < message.turn or turn <= message.refused_turn or message.state not in {*OPEN, *ARRIVED}:
            return
        message.refused_turn = turn
        if form and verdict == Verdict.RETRY_SOON:
            message.attempts = max(0, message.attempts - 1)  # Meta had trouble, so this was none: its own time ends it
        asked_at, form = message.claimed_at, form or message.form
        if message.state in ARRIVED:
            _failed_after_sent(message, code, title, now, billed=bool(billed))
        else:
            _answer(message, verdict, code, title, now, random)
        # However far the message had come: what Meta says of the person and of the number holds.
        if verdict == Verdict.OPTED_OUT and message.customer:
            # In the same transaction: what somebody wants is told once, and must not be lost.
            consent.opt_out_number(index=bytes(message.recipient), source="meta", now=now)
    _pass_on(message, verdict, code, now, asked_at, form)


def put_back(message_id: uuid.UUID, *, turn: int, now: dt.datetime, why: str, due_at: dt.datetime) -> None:
    """This post of it was not tried after all: it waits again, and the attempt does not count."""
    with transaction.atomic():
        message = locks.message(message_id)
        if _is_posting(message, turn):
            message.attempts = max(0, message.attempts - 1)
            _again(message, why, now, due_at)


def not_drawn(message_id: uuid.UUID, *, turn: int, now: dt.datetime) -> None:
    """Its picture could not be made, so it was not sent: plain words go, or it is tried once more, or it is over."""
    with transaction.atomic():
        message = locks.message(message_id)
        if _is_posting(message, turn):
            _without_picture(message, NOT_DRAWN, now)


def sent_anew(occasion_id: uuid.UUID) -> uuid.UUID | None:
    """Claim that another message follows the one of this occasion that nobody got: its id; None: none waits."""
    lost = Message.objects.filter(occasion_id=occasion_id, error__in=COMES_AGAIN).first()
    if lost is None or not Message.objects.filter(id=lost.id, error=lost.error).update(error=ANEW[lost.error]):
        return None
    return lost.id


def unknown(message_id: uuid.UUID, *, now: dt.datetime) -> None:
    """Meta may have it or not: it is not sent again, its status or a person settles it."""
    with transaction.atomic():
        message = locks.message(message_id)
        if message.state == State.SENDING:
            _note(message, State.UNKNOWN, now)
            message.state = State.UNKNOWN
            message.save()


def failed(
    message: Message, *, error: str, now: dt.datetime, code: int | None = None, state: State = State.FAILED
) -> None:
    """The end of it: credit and coupon are free again. The caller holds the lock, in a transaction."""
    _note(message, state, now, error)
    message.state, message.failed_at, message.error, message.error_code = state, now, error[:120], code
    message.secret_sealed = message.to_sealed = ""
    if message.coupon_id and message.trigger in GIFTS:
        holding.free(coupon_id=message.coupon_id, customer_id=message.customer_id)
    charging.release(message)
    message.save()


def settle_by_person(
    message_id: uuid.UUID, *, send_again: bool, actor: Actor, now: dt.datetime, merchant_id: uuid.UUID | None = None
) -> None:
    """A person decides about a message whose outcome is unknown. Level merchant names itself. Raises WrongState."""
    with queue.at_site(merchant_id), transaction.atomic():
        message = locks.message(message_id)
        if message.state != State.UNKNOWN or (merchant_id and message.merchant_id != merchant_id):
            raise WrongState
        if send_again:
            if message.trigger == Trigger.CODE:
                raise WrongState  # long out of date: whoever still wants one asks for a new one
            message.expires_at = max(message.expires_at, now + dt.timedelta(hours=1))
            _again(message, actor.label, now, now)
            outbox.emit(queue.DUE, site_id=current_site().id, now=now)
        else:
            failed(message, error="given_up", now=now)
        audit.record("message.settle", message, actor=actor, now=now, after={"again": send_again})


def _is_posting(message: Message, turn: int) -> bool:
    """Whether this post is the last, and nothing is known of it; a sweep may have given up waiting for its answer."""
    return message.turn == turn and message.state in {State.SENDING, State.UNKNOWN}


def _answer(
    message: Message, verdict: Verdict, code: int | None, title: str, now: dt.datetime, random: Random
) -> None:
    """Queue it again, or end it."""
    why = f"{code or ''} {verdict}".strip()
    if verdict == Verdict.RETRY_SOON and message.attempts < MOST_ATTEMPTS and _troubles(message) < MOST_TROUBLES:
        _again(message, why, now, again_at(message, now, random))
    elif verdict == Verdict.RETRY_PAIR and message.attempts < MOST_ATTEMPTS:
        _again(message, why, now, now + dt.timedelta(seconds=4 ** min(message.attempts, MOST_ATTEMPTS)))
    elif verdict == Verdict.RETRY_LATER and _is_worth_it_tomorrow(message, now):
        message.put_off += 1
        if message.trigger not in DATED:
            message.expires_at = max(message.expires_at, now + TOMORROW + dt.timedelta(hours=12))
        _again(message, why, now, now + TOMORROW + dt.timedelta(minutes=30 * random()))
    elif verdict in {Verdict.PAUSE_SENDER, Verdict.TOKEN_DEAD}:
        message.attempts = max(0, message.attempts - 1)  # not this message's fault: it waits for the number
        _again(message, why, now, now)
    elif verdict == Verdict.PAUSE_TEMPLATE and message.attempts < MOST_ATTEMPTS:
        # That text rests from now on: another says the same, or the message waits for it.
        _again(message, why, now, now)
    elif verdict == Verdict.WINDOW_CLOSED and message.attempts < MOST_ATTEMPTS:
        Contact.objects.filter(phone_index=message.recipient).delete()
        _again(message, why, now, now)
    elif code in PICTURE_REFUSED and not message.plain and message.says not in WITHOUT_IMAGE:
        _without_picture(message, why, now, code)
    else:
        failed(message, error=title or str(verdict), code=code, now=now)


def _troubles(message: Message) -> int:
    """How often Meta has refused it for a trouble of its own."""
    return sum(Verdict.RETRY_SOON in detail for _at, _what, detail in message.history)


def _is_worth_it_tomorrow(message: Message, now: dt.datetime) -> bool:
    """Whether it is tried once more a day later: not where the day that it is about is over by then."""
    if message.put_off or message.type != Type.BI:
        return False
    return message.trigger not in DATED or message.expires_at > now + TOMORROW


def _without_picture(message: Message, why: str, now: dt.datetime, code: int | None = None) -> None:
    """The plain words, where there are some. Else it is tried once more, and then over; who caused it is told."""
    if message.says in WITHOUT_PICTURE:
        message.plain = True
        _again(message, why, now, now)
    elif message.attempts < PICTURE_TRIES:
        _again(message, why, now, now + PICTURE_AGAIN)
    else:
        failed(message, error=NOT_DRAWN, code=code, now=now)
        if message.automation_id:
            outbox.emit(NOT_DRAWN_NEWS, site_id=current_site().id, now=now, message_id=str(message.id))


def _pass_on(
    message: Message, verdict: Verdict, code: int | None, now: dt.datetime, asked_at: dt.datetime | None, form: str
) -> None:
    """What an answer to a post of `form` at `asked_at` says about more than this message."""
    sender = senders.mine()
    if verdict == Verdict.TOKEN_DEAD:
        account.token_died(now, asked_at=asked_at)
    elif verdict == Verdict.PAUSE_SENDER and sender:
        sender_services.pause_for(sender.id, code, now)
    elif verdict == Verdict.PAUSE_TEMPLATE:
        _rest(form, f"Meta: {code}", now)
    elif code in pacing.TOO_FAST and sender:
        pacing.slow_down(sender)
    if verdict in {Verdict.TOKEN_DEAD, Verdict.PAUSE_SENDER, Verdict.PAUSE_TEMPLATE, Verdict.FIX_PAYLOAD}:
        log.error("message refused", message_id=str(message.id), code=code, verdict=str(verdict))


def form_of(name: str, language: str) -> str:
    """What a template's message is noted to have gone out in."""
    return f"{name}/{language}"


def _rest(form: str, reason: str, now: dt.datetime) -> None:
    """Meta refuses a template: it is not used again until Meta says that it may be. Another language's still is."""
    name, _slash, language = form.partition("/")
    which = {"language": language} if language else {}  # what was posted by an older version has none
    for found in templates.list_templates().filter(site_id=current_site().id, name=name, **which):
        template_services.pause(found.id, reason, now)


def again_at(message: Message, now: dt.datetime, random: Random) -> dt.datetime:
    """When a post that failed for no fault of its own is repeated: 2, 4, 8 … seconds later, at most some four minutes.

    Counted by its posts, of which some are no attempts.
    """
    return now + dt.timedelta(seconds=2 ** min(message.turn, LONGEST_WAIT) * (0.5 + random()))


def _again(message: Message, why: str, now: dt.datetime, due_at: dt.datetime) -> None:
    _note(message, State.QUEUED, now, why)
    message.state, message.due_at, message.wamid, message.claimed_at = State.QUEUED, due_at, "", None
    message.accepted_at = None
    message.save()


def _take_coupon(message: Message, now: dt.datetime) -> None:
    """The coupon of an automation is its customer's from now on."""
    assert message.coupon_id
    if not holding.take(coupon_id=message.coupon_id, customer_id=message.customer_id, now=now):
        log.warning("arrived after its coupon was gone", message_id=str(message.id))


def _failed_after_sent(message: Message, code: int | None, title: str, now: dt.datetime, *, billed: bool) -> None:
    """Sent and then failed. One credit goes back where Meta did not bill it; the coupon stays taken.

    What was delivered stays so: a refusal that is told later than that changes nothing about it.
    """
    if message.state != State.SENT:
        message.save(update_fields=["refused_turn"])
        return
    _note(message, State.FAILED, now, title)
    message.state, message.failed_at, message.error, message.error_code = State.FAILED, now, title[:120], code
    if not billed:
        charging.give_back(message, now=now)
    message.save()


def _note(message: Message, what: str, at: dt.datetime, detail: str = "") -> None:
    message.history.append([at.isoformat(), str(what), detail[:120]])


def _note_late(message: Message, state: State, at: dt.datetime) -> None:
    """News that was overtaken changes nothing, but the story tells it once, in its place."""
    told = [what for _at, what, _detail in message.history]
    if state in told:
        return
    place = next((n for n, what in enumerate(told) if what in RANK and RANK[State(what)] > RANK[state]), len(told))
    message.history.insert(place, [at.isoformat(), str(state), ""])
    message.save(update_fields=["history"])


def phone_of(message: Message) -> str:
    """The number it goes to, in E.164; "" where the customer was erased meanwhile."""
    if message.to_sealed:
        return crypto.open_sealed(message.to_sealed, site_id=current_site().id, field=queue.TO)
    if message.customer is None or message.customer.erased_at is not None:
        return ""
    return crypto.open_sealed(message.customer.phone_sealed, site_id=current_site().id, field="phone")
