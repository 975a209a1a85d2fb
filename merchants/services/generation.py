"""Making coupons. N credits leave the wallet in the very transaction that makes N coupons, or nothing happens.

Up to `AT_ONCE` coupons are one transaction. Beyond, one transaction moves the credits to the batch's escrow and makes
the batch *generating*; rows follow in chunks, each in a transaction of its own, taken up again after a crash by
whoever finds the batch unfinished. Each chunk queues the next one at the end of the line, so that merchants take
turns; the event says how many rows there were when it was written, so a repeated one makes nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from credits.services import ledger
from kernel.handlers import handles
from kernel.models import Job, OutboxEvent
from kernel.services import jobs, outbox
from merchants import locks
from merchants.errors import BadPlan, MerchantNotActive, WrongState
from merchants.models import Batch, BatchBranch, Branch, Coupon
from merchants.serials import new_serials
from merchants.services.plans import BatchPlan, check
from tenants.walls import current_site

AT_ONCE = 50_000
CHUNK = 25_000
JOB = "batch.generate"
MADE = "batch.made"  # outbox topic: a batch is there; its coupons may still be under way
LAST_TRY = 7  # the relay gives an event up after the eighth

# COPY is refused under row-level security; one INSERT of arrays is the next fastest.
_INSERT = """
INSERT INTO merchants_coupon (id, merchant_id, batch_id, serial, lane, state, source, void_reason)
SELECT uuidv7(), %s, %s, serial, CASE WHEN ordinality <= %s THEN 'print' ELSE 'online' END, 'available', '', ''
FROM unnest(%s::text[]) WITH ORDINALITY AS made (serial, ordinality)
"""


def generate(*, batch_id: uuid.UUID, merchant_id: uuid.UUID, plan: BatchPlan, actor: Actor, now: dt.datetime) -> Batch:
    """Make a batch for `plan.quantity` coupon credits. `batch_id` is the caller's key: the same id makes one batch.

    Raises NotAllowed, MerchantNotActive, BadPlan, ledger.InsufficientCredits; then nothing is made and nothing taken.
    """
    must(actor, "batch.generate")
    with transaction.atomic():
        merchant = locks.merchant(merchant_id)
        existing = Batch.objects.filter(id=batch_id).first()
        if existing:
            return existing
        if not merchant.is_active:
            raise MerchantNotActive(merchant.state)
        check(plan, now=now)
        batch = _write_batch(batch_id, merchant_id, plan, actor, now)
        ledger.spend_to_escrow(
            batch_id=batch.id, merchant_id=merchant_id, n=batch.quantity, actor=actor, now=now,
            key=ledger.key_for("batch.generate", batch.id),
        )  # fmt: skip
        if batch.quantity <= AT_ONCE:
            _make_rows(batch, batch.quantity)
            batch.state, batch.made = Batch.State.ACTIVE, batch.quantity
            batch.save(update_fields=["state", "made"])
        else:
            _start_job(batch, actor, now)
        outbox.emit(MADE, site_id=current_site().id, now=now, batch_id=str(batch.id))
        audit.record(
            "batch.generate", batch, actor=actor, now=now,
            after={"quantity": batch.quantity, "print_quantity": batch.print_quantity, "title": batch.title_en},
        )  # fmt: skip
    return batch


def _write_batch(batch_id: uuid.UUID, merchant_id: uuid.UUID, plan: BatchPlan, actor: Actor, now: dt.datetime) -> Batch:
    number = (Batch.objects.filter(merchant_id=merchant_id).aggregate(top=Max("number"))["top"] or 0) + 1
    fields = {name: value for name, value in vars(plan).items() if name != "branches"}
    batch = Batch.objects.create(
        id=batch_id, merchant_id=merchant_id, number=number, state=Batch.State.GENERATING, created_at=now,
        created_by=actor.id, **fields,
    )  # fmt: skip
    branches = list(Branch.objects.filter(merchant_id=merchant_id, id__in=plan.branches))
    if len(branches) != len(set(plan.branches)):
        # Leaving a foreign branch out would quietly make the coupons valid everywhere.
        raise BadPlan({"branches": _("Choose among your own branches.")})
    BatchBranch.objects.bulk_create(
        BatchBranch(merchant_id=merchant_id, batch=batch, branch=branch) for branch in branches
    )
    return batch


def _make_rows(batch: Batch, count: int) -> None:
    """Insert `count` coupons after the `batch.made` that exist; the first `print_quantity` are for print."""
    printed = max(0, batch.print_quantity - batch.made)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_INSERT, [batch.merchant_id, batch.id, printed, new_serials(count)])
    except IntegrityError:
        # Two of some 2^63 serials were the same: possible, and once more is enough.
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [batch.merchant_id, batch.id, printed, new_serials(count)])


def _start_job(batch: Batch, actor: Actor, now: dt.datetime) -> None:
    jobs.start(
        JOB, title=_("Generating “%(title)s”") % {"title": batch.title_en}, site_id=current_site().id,
        merchant_id=batch.merchant_id, actor_id=actor.id, now=now, total=batch.quantity, object_id=batch.id,
        batch_id=str(batch.id),
    )  # fmt: skip


@handles(f"job.{JOB}")
def continue_generation(event: OutboxEvent, now: dt.datetime) -> None:
    """Make the next chunk of the job's batch and queue the one after. Safe to run twice, or by two workers at once."""
    job = Job.objects.get(id=event.payload["job_id"])
    try:
        with transaction.atomic():
            _next_chunk(event, job, now)
    except Exception:
        if event.attempts >= LAST_TRY:
            jobs.fail(job, error=_("Making the coupons failed. Try again: it goes on where it stopped."), now=now)
        raise


def _next_chunk(event: OutboxEvent, job: Job, now: dt.datetime) -> None:
    batch = locks.batch(uuid.UUID(job.params["batch_id"]))
    if batch.state != Batch.State.GENERATING:
        if batch.state == Batch.State.CANCELLED and not job.is_over:
            jobs.cancelled(job, now=now)
        return
    job.refresh_from_db()
    if job.cancel_requested:
        _cancel(batch, job, now)
        return
    if event.payload.get("made", batch.made) != batch.made:
        return  # this chunk was made already, and has queued the one after
    count = min(CHUNK, batch.quantity - batch.made)
    _make_rows(batch, count)
    batch.made += count
    complete = batch.made == batch.quantity
    batch.state = Batch.State.ACTIVE if complete else Batch.State.GENERATING
    batch.save(update_fields=["made", "state"])
    if complete:
        jobs.finish(job, now=now, result=f"/merchant/batches/{batch.id}/")
    else:
        jobs.progress(job, done=batch.made, step=_("Making coupons"), now=now)
        outbox.emit(event.topic, site_id=event.site_id, now=now, job_id=str(job.id), made=batch.made)


def cancel(*, batch_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Batch:
    """Stop a batch that is being generated. Raises WrongState when it is complete."""
    must(actor, "batch.manage")
    with transaction.atomic():
        batch = locks.batch(batch_id)
        if batch.state != Batch.State.GENERATING:
            raise WrongState(_("This batch is complete; pause or void it instead."), state=batch.state)
        job = job_of(batch)
        _cancel(batch, job, now, actor)
    return batch


def job_of(batch: Batch) -> Job | None:
    """The job that makes the rows of a large batch."""
    return Job.objects.filter(kind=JOB, object_id=batch.id).order_by("-created_at").first()


def _cancel(batch: Batch, job: Job | None, now: dt.datetime, actor: Actor | None = None) -> None:
    """Credits of rows never made go back now; rows made are void, and refunded when the batch would have ended."""
    from accounts.actors import system

    actor = actor or system("generation")
    never_made = batch.quantity - batch.made
    if never_made:
        ledger.return_escrow(
            batch_id=batch.id, n=never_made, actor=actor, now=now, key=ledger.key_for("batch.cancel", batch.id)
        )
    Coupon.objects.filter(batch=batch, state=Coupon.State.AVAILABLE).update(
        state=Coupon.State.VOID, void_reason="cancelled"
    )
    batch.state = Batch.State.CANCELLED
    batch.save(update_fields=["state"])
    audit.record("batch.cancel", batch, actor=actor, now=now, after={"made": batch.made, "returned": never_made})
    if job:
        jobs.cancelled(job, now=now)
