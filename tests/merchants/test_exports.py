"""Files of a batch: what is printed reads back as what is in the database, and leaves by one door only."""

from __future__ import annotations

import csv
import io

import pytest

from accounts.models import AuditEvent
from kernel.errors import NotAllowed
from kernel.models import Job
from kernel.services import jobs
from merchants.errors import NoSuchBatch, WrongState
from merchants.models import Coupon
from merchants.paper.stamp import NothingToPrint
from merchants.queries import templates as designs
from merchants.serials import display
from merchants.services import batches, exports, generation, printing, templates
from tenants import files
from tenants.walls import wall
from tests.factories import NOW
from tests.merchants.cast import browser, deliver, generate, open_shop, own_template
from tests.paper.paper import qr_codes, rendered

TOPIC = "job.batch.export"


@pytest.fixture
def batch(shop):
    """Twelve coupons on paper and eight online, on a real picture."""
    with shop.open():
        design = designs.of_own(own_template(shop))
        face = templates.face_of(design, shop.site)
    return generate(shop, 20, print_quantity=12, face=face, title_ar="عرض")


def export(shop, batch, form, **more):
    """The finished job of a file."""
    with shop.open():
        job = exports.start(batch_id=batch.id, form=form, actor=shop.owner, now=NOW, **more)
    with wall(shop.site, "site"):
        deliver(TOPIC)
        job.refresh_from_db()
    return job


def content(shop, job):
    assert job.state == "done", job.error
    return files.read(shop.site.id, job.result)


def serials(shop, batch, **which):
    with shop.open():
        return set(Coupon.objects.filter(batch=batch, **which).values_list("serial", flat=True))


@pytest.mark.parametrize(("form", "pages"), [("a4", 2), ("single", 12)])
def test_every_code_on_paper_is_a_coupon_of_the_print_lane(shop, batch, form, pages):
    pdf = content(shop, export(shop, batch, form))

    read = [code for page in range(pages) for code in qr_codes(rendered(pdf, page, dpi=250))]
    expected = {f"HTTP://ADA.LOCALHOST/C/{serial}" for serial in serials(shop, batch, lane="print")}
    assert len(read) == 12
    assert set(read) == expected


def test_used_and_withdrawn_coupons_are_not_printed_again(shop, batch):
    with shop.open():
        first, second, *_ = Coupon.objects.filter(batch=batch, lane="print").order_by("id")
        batches.void_coupon(coupon_id=first.id, reason="Torn", actor=shop.owner, now=NOW)
        Coupon.objects.filter(id=second.id).update(state="redeemed", taken_at=NOW)
        found = {coupon.serial for coupon in printing.each(printing.printable(batch))}

    assert len(found) == 10
    assert not {first.serial, second.serial} & found


def test_csv_holds_the_print_lane_with_states(shop, batch):
    rows = list(csv.reader(io.StringIO(content(shop, export(shop, batch, "csv")).decode("utf-8-sig"))))

    assert rows[0][:4] == ["Serial", "Address", "Lane", "State"]
    assert {row[0] for row in rows[1:]} == {display(serial) for serial in serials(shop, batch, lane="print")}
    assert {row[3] for row in rows[1:]} == {"Available"}


def test_excel_holds_the_same(shop, batch):
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_filelike(io.BytesIO(content(shop, export(shop, batch, "xlsx")))).get_sheet_by_index(0)

    found = {row[0] for row in rows.to_python()[1:]}
    assert found == {display(serial) for serial in serials(shop, batch, lane="print")}


def test_moving_the_online_lane_prints_all_and_empties_the_pool(shop, batch):
    job = export(shop, batch, "csv", move_online=True)

    assert job.total == 20
    assert serials(shop, batch, lane="online") == set()


def test_a_batch_without_paper_has_nothing_to_export(shop):
    batch = generate(shop, 5)

    with shop.open(), pytest.raises(NothingToPrint):
        exports.start(batch_id=batch.id, form="a4", actor=shop.owner, now=NOW)

    with wall(shop.site, "site"):
        assert Job.objects.count() == 0


def test_a_batch_in_the_making_waits(shop, monkeypatch):
    monkeypatch.setattr(generation, "AT_ONCE", 5)
    batch = generate(shop, 20, print_quantity=20)

    with shop.open(), pytest.raises(WrongState):
        exports.start(batch_id=batch.id, form="csv", actor=shop.owner, now=NOW)


def test_an_export_stands_in_the_history(shop, batch):
    export(shop, batch, "csv")

    with shop.open():
        event = AuditEvent.objects.get(verb="batch.export")
    assert (event.object_id, event.actor_id, event.after) == (batch.id, shop.owner.id, {"coupons": 12, "format": "csv"})


def test_a_file_is_for_its_merchants_managers_only(shop, batch):
    job = export(shop, batch, "csv")
    url = f"/merchant/jobs/{job.id}/file/"

    answer = browser(shop).get(url)
    assert answer.status_code == 200
    assert answer.getvalue().startswith(b"\xef\xbb\xbf")
    assert answer["Cache-Control"] == "private, no-store"
    assert "attachment" in answer["Content-Disposition"]
    assert browser(shop, "cashier").get(url).status_code == 403
    assert browser(open_shop(shop.site)).get(url).status_code == 404
    # The pictures' address does not hand it out either.
    assert browser(shop).get("/merchant/files/" + job.result.split("/", 1)[1]).status_code == 404


def test_no_merchant_exports_anothers_batch(shop, batch):
    other = open_shop(shop.site)

    with other.open(), pytest.raises(NoSuchBatch):
        exports.start(batch_id=batch.id, form="csv", actor=other.owner, now=NOW)
    assert browser(other).post(f"/merchant/batches/{batch.id}/export/", {"form": "csv"}).status_code == 404


def test_without_the_right_nothing_is_exported(shop, batch):
    cashier = shop.owner.__class__(
        "merchant", "Kim", shop.owner.id, "merchant", frozenset({"cashier"}), shop.merchant.id
    )

    with shop.open(), pytest.raises(NotAllowed):
        exports.start(batch_id=batch.id, form="csv", actor=cashier, now=NOW)


def test_a_cancelled_export_leaves_no_file(shop, batch, monkeypatch):
    with shop.open():
        job = exports.start(batch_id=batch.id, form="a4", actor=shop.owner, now=NOW)
    real = jobs.advance

    def asked(found, **more):
        Job.objects.filter(id=found.id).update(cancel_requested=True)
        real(found, **more)

    monkeypatch.setattr(jobs, "advance", asked)
    with wall(shop.site, "site"):
        deliver(TOPIC)
        job.refresh_from_db()

    assert (job.state, job.result) == ("cancelled", "")


def test_a_text_that_does_not_fit_ends_the_job_with_its_reason_and_can_be_retried(shop, batch):
    long_title = "An endless title that nobody could ever print on one line of a small coupon"
    with wall(shop.site, "site"):
        type(batch).objects.filter(id=batch.id).update(terms_en="x")
        layout = batch.face["layout"]
        layout["texts"] = [
            {**layout["texts"][0], "kind": "free", "words": long_title, "box": {"x": 1, "y": 1, "w": 8, "h": 2}}
        ]
        type(batch).objects.filter(id=batch.id).update(face={**batch.face, "layout": layout})

    job = export(shop, batch, "a4")

    assert job.state == "failed"
    assert "does not fit" in job.error
    client = browser(shop)
    assert "Try again" in client.get(f"/merchant/jobs/{job.id}/").content.decode()
    client.post(f"/merchant/jobs/{job.id}/retry/")
    with wall(shop.site, "site"):
        job.refresh_from_db()
    assert job.state == "queued"


def test_the_page_warns_before_the_online_lane_is_emptied(shop):
    batch = generate(shop, 5)

    page = browser(shop).get(f"/merchant/batches/{batch.id}/export/").content.decode()

    assert "Nothing is meant for paper yet" in page
    assert "They leave the coupon centre" in page


def test_measures_do_not_depend_on_the_language_of_the_page(shop, batch):
    """Arabic writes 46,8: a browser and the renderer read no such length."""
    from django.utils import translation

    from merchants.paper.face import face_html

    with wall(shop.site, "site"):
        face = printing.face(batch, shop.merchant, shop.site)
    for live in (True, False):
        with translation.override("en"):
            english = face_html(face, for_browser=live)
        with translation.override("ar"):
            assert face_html(face, for_browser=live) == english
