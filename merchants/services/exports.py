"""Files of a batch, made by a job: PDF for the printer, CSV and Excel of serials.

Serials leave the system here, so an export is noted in the trail. The file lies in the merchant's own folder and is
handed out by the authenticated download page only.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import structlog
from django.db import transaction
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from kernel.errors import DomainError
from kernel.handlers import handles
from kernel.models import Job, OutboxEvent
from kernel.services import jobs
from merchants import locks
from merchants.errors import NoSuchBatch, WrongState
from merchants.models import Batch, Coupon, Merchant
from merchants.paper.stamp import NothingToPrint, StampCancelled
from merchants.services import batches, pictures, printing
from tenants import files
from tenants.models import Site
from tenants.walls import current_site
from ui import clock as shown
from ui import export
from ui.text import group_serial

log = structlog.get_logger("couponry.exports")
JOB = "batch.export"
FORMATS = ("a4", "single", "csv", "xlsx")
ENDINGS = {
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": export.XLSX,
}
_EVERY = 2_000


def start(*, batch_id: uuid.UUID, form: str, actor: Actor, now: dt.datetime, move_online: bool = False) -> Job:
    """Queue a file of the batch's print lane; with `move_online` its untaken online coupons go there first.

    Raises NotAllowed, NoSuchBatch, WrongState while the batch is generated, NothingToPrint for an empty lane.
    """
    must(actor, "coupon.export")
    if form not in FORMATS:
        raise ValueError(form)
    with transaction.atomic():
        batch = locks.batch(batch_id)
        if batch.state == Batch.State.GENERATING:
            raise WrongState(_("Wait until all coupons of this batch are made."), state=batch.state)
        if move_online:
            batches.move_to_print(batch_id=batch_id, actor=actor, now=now)
        total = _rows(batch, form).count()
        if not total:
            raise NothingToPrint()
        job = jobs.start(
            JOB, title=_title(batch, form), site_id=current_site().id, merchant_id=batch.merchant_id, actor_id=actor.id,
            now=now, total=total, object_id=batch.id, form=form, language=translation.get_language() or "en",
        )  # fmt: skip
        audit.record("batch.export", batch, actor=actor, now=now, after={"format": form, "coupons": total})
    return job


def _title(batch: Batch, form: str) -> str:
    kind = {"a4": _("PDF, A4 sheets"), "single": _("PDF, one coupon a page"), "csv": "CSV", "xlsx": "Excel"}[form]
    return f"{kind}: {batch.title(translation.get_language() or 'en')}"


def _rows(batch: Batch, form: str) -> Any:
    if form in printing.SHEETS:
        return printing.printable(batch)
    return Coupon.objects.filter(batch=batch, lane=Coupon.Lane.PRINT)


class _Work:
    """A job under way. Its time goes on from the moment it was given: a long run must keep showing signs of life."""

    def __init__(self, job: Job, now: dt.datetime) -> None:
        self.job, self._began, self._ticks = job, now, time.monotonic()

    @property
    def now(self) -> dt.datetime:
        return self._began + dt.timedelta(seconds=time.monotonic() - self._ticks)

    def step(self, done: int, step: str) -> None:
        """Note progress. Raises Cancelled when the person asked to stop."""
        jobs.advance(self.job, done=done, step=step, now=self.now)


@handles(f"job.{JOB}")
def make(event: OutboxEvent, now: dt.datetime) -> None:
    """Make the file of a job. A refusal ends the job with its reason; so does anything unforeseen."""
    job = Job.objects.get(id=event.payload["job_id"])
    if not jobs.begin(job, now=now):
        return
    work = _Work(job, now)
    with translation.override(job.params.get("language", "en")):
        try:
            result = _make(work, current_site())
        except (StampCancelled, jobs.Cancelled):
            jobs.cancelled(job, now=work.now)
        except DomainError as error:
            jobs.fail(job, error=str(error), now=work.now)
        except Exception as error:
            log.error("export failed", exc_info=error, job_id=str(job.id))
            jobs.fail(job, error=_("The file could not be made. Try again."), now=work.now)
        else:
            jobs.finish(job, now=work.now, result=result)


def _make(work: _Work, site: Site) -> str:
    job = work.job
    batch = Batch.objects.filter(id=job.object_id).first() if job.object_id else None
    if batch is None:
        raise NoSuchBatch()
    merchant = Merchant.objects.get(id=batch.merchant_id)
    form = job.params["form"]
    name = f"{slugify(batch.title_en)[:40] or 'coupons'}-{batch.number}"
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        if form in printing.SHEETS:
            path = _printed(work, batch, merchant, site, Path(folder), name)
        else:
            path = _listed(work, batch, site, Path(folder), name)
        work.step(job.total, _("Storing the file"))
        with path.open("rb") as handle:
            return files.store_file(
                site.id, f"{pictures.folder_of(merchant.id)}/exports/{job.id.hex}/{path.name}", handle
            )


def _printed(work: _Work, batch: Batch, merchant: Merchant, site: Site, folder: Path, name: str) -> Path:
    work.step(0, _("Drawing the coupon"))

    def progress(done: int) -> bool:
        try:
            work.step(done, _("Placing serials and codes"))
        except jobs.Cancelled:
            return True
        return False

    sheet: printing.SheetKind = "a4" if work.job.params["form"] == "a4" else "single"
    return printing.print_batch(
        batch, merchant, site, sheet=sheet, out_dir=folder, name=f"{name}-{sheet}", progress=progress
    ).paths[0]


def head() -> list[str]:
    """The columns of a file of serials."""
    return [_("Serial"), _("Address"), _("Lane"), _("State"), _("Taken at"), _("Use until"), _("Redeemed at")]


def _listed(work: _Work, batch: Batch, site: Site, folder: Path, name: str) -> Path:
    form = work.job.params["form"]
    path = folder / f"{name}.{form}"
    rows = _cells(work, printing.each(_rows(batch, form)), printing.address(site, ""))
    with path.open("wb") as handle:
        if form == "csv":
            export.write_csv(handle, head(), rows)
        else:
            export.write_xlsx(handle, head(), rows, rtl=translation.get_language_bidi())
    return path


def _cells(work: _Work, coupons: Iterable[Coupon], base: str) -> Iterator[list[Any]]:
    for number, coupon in enumerate(coupons):
        if number % _EVERY == 0:
            work.step(number, _("Writing serials"))
        yield [
            group_serial(coupon.serial), base + coupon.serial, coupon.get_lane_display(), coupon.get_state_display(),
            *(shown.local(moment) if moment else None for moment in (
                coupon.taken_at, coupon.use_until, coupon.redeemed_at)),
        ]  # fmt: skip
