"""Sending what is due. Any number of workers may do it at once; no message is taken by two.

A round takes a few messages (a short transaction: whose turn it is, the paces, the mark *sending*), posts them from a
few threads without the database, and writes down each answer. A process that dies in between leaves messages that are
marked as being sent: nobody knows what became of them, so they wait for their status or a person (`sweeping`).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

import structlog
from django.db import OperationalError, connection, transaction
from django.db.models import F

from kernel import crypto
from messaging import locks, quiet, sources
from messaging.choices import OPEN, State, Type
from messaging.meta.choices import Verdict
from messaging.meta.errors import NotConnected
from messaging.meta.models import Sender
from messaging.meta.queries import senders
from messaging.meta.services import account
from messaging.meta.services.client import Accepted, Client, Refused, Unknown, Unreachable
from messaging.models import Message
from messaging.services import composing, outcomes, pacing, pictures, queue
from tenants.models import Site
from tenants.walls import current_site

log = structlog.get_logger("couponry.messaging")
ROUND = 24  # messages a round
THREADS = 8
MANY = 3  # answers of no use, and not one other: that is Meta's trouble and not the messages'
TRIES = 3  # of writing down what became of a message, each of which waits some seconds for a lock
NOT_MADE, NOT_READY = "not_made", "not_ready"
SOMETHING_WENT_WRONG = 131000  # Meta's word for whatever it has no word for; of one message as well as of all
PATIENCE = 0.25  # seconds that a round waits for the number's pace
_PAYERS = """
WITH RECURSIVE turn AS (
    (SELECT payer FROM messaging_message WHERE state = 'queued' AND type = %s ORDER BY payer LIMIT 1)
    UNION ALL
    SELECT (SELECT m.payer FROM messaging_message m
            WHERE m.state = 'queued' AND m.type = %s AND m.payer > turn.payer ORDER BY m.payer LIMIT 1)
    FROM turn WHERE turn.payer IS NOT NULL)
SELECT payer FROM turn WHERE payer IS NOT NULL AND EXISTS (
    SELECT 1 FROM messaging_message m
    WHERE m.state = 'queued' AND m.type = %s AND m.payer = turn.payer AND m.due_at <= %s)
"""
Clock = Callable[[], dt.datetime]


class NotDrawn(Exception):
    """The picture could not be made; nothing was sent."""


Answer = Accepted | Refused | Unknown | Unreachable | NotDrawn


@dataclass
class Tools:
    """What a run is given: the time, chance, and how to wait."""

    clock: Clock
    random: Callable[[], float]
    sleep: Callable[[float], None]


@dataclass
class Round:
    """Messages marked as being sent, how long to wait before the next round, and whether others were put off.

    `first`: it may take one message, which tries Meta before the others go on.
    """

    first: bool = False
    messages: list[Message] = field(default_factory=list)
    wait: float = 0.0
    put_off: bool = False


def run(tools: Tools, *, seconds: float = 20.0) -> bool:
    """Send what is due on the open site until nothing is, or `seconds` have passed; whether something is left."""
    started, site = tools.clock(), current_site()
    with ThreadPoolExecutor(THREADS) as pool:
        while True:
            # Asked each round: an answer of the last one may have paused the number or ended the token.
            ready = _ready(site, tools.clock())
            if ready is None:
                return False
            found = _take(ready[0], tools)
            answers = _send(found.messages, *ready, site, pool, tools)
            _mind(ready[0], found, answers, tools.clock())
            if not found.messages and not found.wait and not found.put_off:
                return False
            if (tools.clock() - started).total_seconds() >= seconds:
                return True
            if found.wait:
                tools.sleep(min(found.wait, PATIENCE))


def _ready(site: Site, now: dt.datetime) -> tuple[Sender, Client] | None:
    """The number and the client, or None where nothing may go out: a suspended site spends nothing either."""
    sender = senders.mine()
    if not site.is_open or sender is None or not sender.sends(now) or pacing.rests(sender, now=now):
        return None
    try:
        return sender, account.client()
    except NotConnected:
        return None


def _take(sender: Sender, tools: Tools) -> Round:
    """Mark up to ROUND due messages as being sent: UI before BI, merchants in turn, within the paces."""
    now, found = tools.clock(), Round(first=sender.rests_until is not None)
    if found.first and not pacing.may_try(sender, now=now):
        return Round()
    for kind in (Type.UI, Type.BI):
        room = ROUND - len(found.messages)
        if room <= 0 or found.wait or (found.first and found.messages):
            break
        payers = _payers(kind, now)
        left = pacing.room_for(sender, payers, now=now) if kind == Type.BI else {}
        payers = [payer for payer in payers if left.get(payer, 1)]
        if payers:
            _take_kind(found, kind, _in_turn(payers, tools), left, room, sender, now)
    return found


def _take_kind(
    found: Round, kind: str, payers: list[uuid.UUID], left: dict[uuid.UUID, int], room: int, sender: Sender,
    now: dt.datetime,
) -> None:  # fmt: skip
    share, pace = max(1, -(-room // len(payers))), pacing.Pace(sender, now=now)
    taken: list[Message] = []
    with transaction.atomic():
        due = locks.due(payers=payers, kind=kind, now=now, share=share, limit=room)
        if found.first:
            due.sort(key=lambda message: message.refused_turn > 0)  # what Meta refused before may be refused for itself
        resting = sources.resting({message.automation_id for message in due if message.automation_id})
        for message in due:
            if left.get(message.payer, 1) <= 0:
                continue  # its people of the day are used up
            if message.automation_id in resting:
                _put_off(found, message, now + queue.AGAIN_AFTER)
                continue
            allowed = _not_before(message, now)
            if allowed > now:
                _put_off(found, message, allowed)
                continue
            turn = pace.ask(bytes(message.recipient))
            if turn.pair and not turn.now:
                _put_off(found, message, now + dt.timedelta(seconds=turn.wait))
                continue
            found.wait = max(found.wait, turn.wait)
            if not turn.now:
                break
            taken.append(message)
            if message.payer in left:
                left[message.payer] -= 1
            if found.first:
                break
        Message.objects.filter(id__in=[message.id for message in taken]).update(
            state=State.SENDING, claimed_at=now, attempts=F("attempts") + 1, turn=F("turn") + 1, wamid=""
        )
    found.messages += taken


def _put_off(found: Round, message: Message, until: dt.datetime) -> None:
    """It makes room for whoever is behind it, in another round if need be."""
    message.due_at = until
    message.save(update_fields=["due_at"])
    found.put_off = True


def _not_before(message: Message, now: dt.datetime) -> dt.datetime:
    """Quiet hours are asked again: retries, resting numbers and full days move messages into the night."""
    if not message.quiet_zone:
        return now
    return quiet.Hours(message.quiet_zone, message.quiet_from, message.quiet_to).next_allowed(now)


def _payers(kind: str, now: dt.datetime) -> list[uuid.UUID]:
    """Whoever has something due. One look into the index for each merchant in the queue, however much it has."""
    with connection.cursor() as cursor:
        cursor.execute(_PAYERS, [kind, kind, kind, now])
        return [row[0] for row in cursor.fetchall()]


def _in_turn(payers: list[uuid.UUID], tools: Tools) -> list[uuid.UUID]:
    """In a chance order, so that with more merchants than room each comes to its turn."""
    return sorted(payers, key=lambda _payer: tools.random())[:ROUND]


def _send(
    messages: list[Message], sender: Sender, client: Client, site: Site, pool: ThreadPoolExecutor, tools: Tools
) -> list[Answer]:
    """Compose, post and write down the answers, which are returned."""
    letters = _compose(messages, site, tools)
    number = sender.phone_number_id
    answers = pool.map(lambda pair: _post(client, number, pair[1]), letters)
    told = list(zip(letters, answers, strict=True))
    # Every answer is written down, whatever goes wrong with another. The stack runs backwards: the good news first.
    with ExitStack() as steps:
        for (message, letter), answer in told:
            if not isinstance(answer, Accepted):
                steps.callback(_surely, partial(_record, message, letter, answer, tools))
        steps.callback(
            _accept,
            [(message.id, message.turn, answer.wamid, letter.form)
             for (message, letter), answer in told if isinstance(answer, Accepted)],
            tools.clock(),
        )  # fmt: skip
    return [answer for _pair, answer in told]


def _mind(sender: Sender, found: Round, answers: list[Answer], now: dt.datetime) -> None:
    """Have the number rest where Meta gave no answer of use to a whole round, or to the first message after a rest.

    Where few are sent at a time, what was lost adds up over rounds; one that was refused comes again, and would count
    twice.
    """
    posted = [answer for answer in answers if not isinstance(answer, NotDrawn)]
    lost = sum(isinstance(answer, Unknown) for answer in posted)
    if not all(_is_of_no_use(answer) for answer in posted):
        pacing.forget_lost(sender)
        if found.first:
            pacing.rest(sender, until=None)
    elif posted and (found.first or max(len(posted), pacing.note_lost(sender, lost)) >= MANY):
        log.error("number rests: no answer of use", answers=len(posted), last=type(posted[-1]).__name__)
        pacing.rest(sender, until=now + pacing.REST)
    elif found.first:
        pacing.rest(sender, until=now)  # there was nothing to try it with


def _is_of_no_use(answer: Answer) -> bool:
    """Whether it says that Meta has trouble, and not that it has some with this message."""
    if isinstance(answer, Refused):
        return answer.verdict == Verdict.RETRY_SOON and answer.code not in {*pacing.TOO_FAST, SOMETHING_WENT_WRONG}
    return isinstance(answer, Unknown | Unreachable)


def _compose(messages: list[Message], site: Site, tools: Tools) -> list[tuple[Message, composing.Letter]]:
    if not messages:
        return []
    ids = [message.id for message in messages]
    try:
        found = Message.objects.select_related("coupon", "batch", "merchant", "customer").in_bulk(ids)
        full = [found[key] for key in ids]
        desk = composing.desk(full, site=site, now=tools.clock())
    except Exception as error:  # nothing has left this machine: all of them wait again
        for message in messages:
            message.turn += 1  # as it was marked
            _keep_back(message, error, tools)
        return []
    ready = []
    for message in full:
        try:
            ready.append((message, composing.letter(message, desk)))
        except Exception as error:  # one message that cannot be made must not hold up the others
            _keep_back(message, error, tools)
    return ready


def _keep_back(message: Message, error: Exception, tools: Tools) -> None:
    """Write down why a message was not posted. Where that fails it is this message's trouble, not the round's."""
    if not isinstance(error, composing.CannotSend | composing.CannotDraw | composing.NotNow):
        log.error("message could not be made", message_id=str(message.id), exc_info=error)
    try:
        _surely(partial(_not_posted, message, error, tools))
    except Exception as failure:
        log.error("message stays as being sent", message_id=str(message.id), exc_info=failure)


def _not_posted(message: Message, error: Exception, tools: Tools) -> None:
    now, turn = tools.clock(), message.turn
    if isinstance(error, composing.CannotSend):
        _give_up(message.id, error.reason, now)
    elif isinstance(error, composing.CannotDraw):
        outcomes.not_drawn(message.id, turn=turn, now=now)
    elif isinstance(error, composing.NotNow):
        outcomes.put_back(message.id, turn=turn, now=now, why=error.reason, due_at=now + queue.AGAIN_AFTER)
    elif isinstance(error, crypto.CannotOpen):  # sealed under a key that is gone: it will never be read
        _give_up(message.id, NOT_MADE, now)
    else:  # it may be well in a minute
        due_at = outcomes.again_at(message, now, tools.random)
        outcomes.put_back(message.id, turn=turn, now=now, why=NOT_READY, due_at=due_at)


def _surely(write: Callable[[], None]) -> None:
    """Write down what became of a message, also where somebody else holds its row for long.

    Raises OperationalError; then nobody knows what became of it.
    """
    for _ in range(TRIES - 1):
        try:
            return write()
        except OperationalError as error:
            log.warning("not written down yet", reason=type(error).__name__)
    return write()


def _accept(answers: list[tuple[uuid.UUID, int, str, str]], now: dt.datetime) -> None:
    """All of them in one statement; where a row of one is held for long, each by itself. Raises OperationalError."""
    try:
        outcomes.accepted(answers, now=now)
    except OperationalError as error:
        log.warning("answers not written down yet", reason=type(error).__name__)
        with ExitStack() as steps:
            for answer in answers:
                steps.callback(_surely, partial(outcomes.accepted, [answer], now=now))


def _give_up(message_id: uuid.UUID, reason: str, now: dt.datetime) -> None:
    with transaction.atomic():
        message = locks.message(message_id)
        if message.state in OPEN:
            outcomes.failed(message, error=reason, now=now)


def _post(client: Client, number: str, letter: composing.Letter) -> Answer:
    """One message over HTTP, its picture before it. Runs in a thread, without the database."""
    try:
        media = _uploaded(client, number, letter.drawing) if letter.drawing else ""
        return client.send(number, letter.body(media))
    except (Refused, Unknown, Unreachable, NotDrawn) as error:
        return error
    except Exception as error:  # whatever broke, the others' answers must not be lost with it
        log.error("post broke", reason=type(error).__name__)
        return Unknown(type(error).__name__)


def _uploaded(client: Client, number: str, drawing: pictures.Drawing) -> str:
    try:
        jpeg = drawing.jpeg()
    except Exception as error:  # a full disk or a broken file: this message's trouble, not the round's
        raise NotDrawn(type(error).__name__) from error
    try:
        return client.upload(number, jpeg, pictures.MIME)
    except Unknown as error:
        # A picture too many at Meta harms nobody: the message itself was not sent.
        raise Unreachable("upload") from error


def _record(message: Message, letter: composing.Letter, answer: Answer, tools: Tools) -> None:
    """Write down an answer that is no yes."""
    now = tools.clock()
    if isinstance(answer, Refused):
        outcomes.refused(
            message.id, turn=message.turn, verdict=answer.verdict, code=answer.code, title=answer.title, now=now,
            random=tools.random, form=letter.form,
        )  # fmt: skip
    elif isinstance(answer, Unreachable):
        # Nothing left this machine, so trying again is safe however often; the message's own time ends it.
        due_at = outcomes.again_at(message, now, tools.random)
        outcomes.put_back(message.id, turn=message.turn, now=now, why="unreachable", due_at=due_at)
    elif isinstance(answer, NotDrawn):
        log.error("picture not drawn", message_id=str(message.id), exc_info=answer)
        outcomes.not_drawn(message.id, turn=message.turn, now=now)
    else:
        log.warning("outcome unknown", message_id=str(message.id))
        outcomes.unknown(message.id, now=now)
