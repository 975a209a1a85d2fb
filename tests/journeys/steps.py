"""What people do in the journeys, one function a step. Fields are found by name, buttons by what they say."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import zxingcpp
from PIL import Image, ImageDraw

from config.embedded import Postgres

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a long password 7"


def wait_for(check: Callable[[], bool], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.5)


def submit(page: Any) -> None:
    """Press the one primary button of the page."""
    page.locator("main button.btn-primary:not([type=button]):visible").last.click()


def id_in(url: str) -> str:
    """The id of the thing whose page this is."""
    return re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", url)[-1]


def create_agent(page: Any, platform: Any, *, slug: str, name: str, owner: str) -> str:
    """From the console; its id. The new site answers seconds after the click (measured by bin/bench)."""
    page.goto(platform.url("console", "/agents/new/"))
    for field, value in {
        "company": f"{name} LLC", "contact_name": "Jana Jet", "contact_email": owner, "site_name": name, "slug": slug,
        "primary_colour": "#be123c",
    }.items():  # fmt: skip
        page.locator(f"[name={field}]").last.fill(value)
    page.get_by_role("button", name="Create the agent and its site").click()
    page.wait_for_url(re.compile(r"/agents/[0-9a-f-]{36}/"))
    other = page.context.new_page()
    wait_for(lambda: other.goto(platform.url(slug)).status == 200, seconds=30)
    assert name in other.title()
    other.close()
    return id_in(page.url)


def accept_invitation(console: Any, page: Any, platform: Any, email: str) -> Any:
    """Open the mail in the demo's mailbox, follow its link in another browser, choose a password; signed in then."""
    link = ""

    def arrived() -> bool:
        nonlocal link
        console.goto(platform.url("console", "/mailbox/"))
        mail = console.get_by_text(email).first
        if not mail.count():
            return False
        mail.click()
        console.wait_for_load_state()
        found = re.search(r"http://\S+/account/invitation/\S+", console.locator("main").inner_text())
        link = found.group(0) if found else ""
        return bool(link)

    wait_for(arrived, seconds=20)
    page.goto(link)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    submit(page)
    page.wait_for_url(lambda url: "/invitation/" not in url)
    if page.locator("input[type=password]").count():
        page.locator("input[type=email], [name=login]").first.fill(email)
        page.locator("input[type=password]").first.fill(PASSWORD)
        submit(page)
        page.wait_for_url(lambda url: "/login" not in url)
    return page


def create_merchant(page: Any, platform: Any, host: str, *, brand: str, owner: str) -> str:
    """From the back office; its id."""
    page.goto(platform.url(host, "/office/merchants/new/"))
    for field, value in {
        "brand_name": brand, "legal_name": f"{brand} Trading", "owner_name": "Mona Blue", "owner_email": owner,
    }.items():  # fmt: skip
        page.locator(f"[name={field}]").fill(value)
    submit(page)
    page.wait_for_url(re.compile(r"/office/merchants/[0-9a-f-]{36}/"))
    return id_in(page.url)


def fund(page: Any, platform: Any, agent: str, *, amount: str) -> None:
    """The console notes an agent's bank transfer and confirms it: the money is in the prepaid wallet then."""
    page.goto(platform.url("console", f"/wallets/{agent}/transfer/"))
    page.locator("[name=amount]").fill(amount)
    page.locator("[name=reference]").fill("Transfer 1")
    submit(page)
    page.wait_for_url(re.compile(r"/top-ups/[0-9a-f-]{36}/"))
    page.get_by_role("button", name=re.compile("^Confirm")).click()
    page.get_by_role("term").filter(has_text="In the wallet").wait_for()


def record_annual_fee(page: Any, platform: Any, host: str, merchant: str) -> None:
    """The agent notes that the merchant paid its fee in cash; it is active then, at the platform's cost."""
    page.goto(platform.url(host, f"/office/merchants/{merchant}/sell/"))
    fee = page.locator("[name=item] option").filter(has_text="Annual").first.get_attribute("value")
    page.locator("[name=item]").select_option(fee)
    page.locator("[name=reason]").fill("Cash, receipt 17")
    submit(page)
    page.wait_for_url(re.compile(r"/office/sales/[0-9a-f-]{36}/"))
    page.goto(platform.url(host, f"/office/merchants/{merchant}/"))
    page.get_by_text("Active", exact=True).first.wait_for()


def grant(page: Any, platform: Any, *, brand: str, amount: int) -> None:
    """The console gives a merchant coupon credits with a reason."""
    page.goto(platform.url("console", "/merchants/"))
    page.get_by_text(brand).first.click()
    page.wait_for_url(re.compile(r"/merchants/[0-9a-f-]{36}/"))
    detail = page.url
    page.goto(detail.rstrip("/") + "/grant/")
    page.locator("[name=amount]").fill(str(amount))
    page.locator("[name=reason]").fill("Opening gift")
    submit(page)
    page.wait_for_url(lambda url: not url.endswith("/grant/"))
    wait_for(lambda: page.goto(detail) and f"{amount:,}" in page.locator("main").inner_text(), seconds=15)


def picture() -> bytes:
    """A merchant's own picture, 1,400 × 700 pixels."""
    image = Image.new("RGB", (1400, 700), "#fff7ed")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1400, 170), fill="#1d4ed8")
    draw.ellipse((60, 300, 360, 600), fill="#f97316")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def upload_template(page: Any, platform: Any, host: str, folder: Path) -> str:
    """Upload the picture, move a field by keyboard in the editor, save. Returns the template's name."""
    path = folder / "picture.jpg"
    path.write_bytes(picture())
    page.goto(platform.url(host, "/merchant/templates/new/"))
    page.locator("[name=name]").fill("Blue picture")
    page.locator("input[type=file]").set_input_files(path)
    submit(page)
    page.wait_for_url(lambda url: not url.endswith("/new/"))
    page.goto(platform.url(host, "/merchant/templates/"))
    assert "Blue picture" in page.locator("main").inner_text()
    return "Blue picture"


def generate_batch(page: Any, platform: Any, host: str, template: str, *, quantity: int, printed: int) -> str:
    """Fill the form, look at the finished coupon, pay. The button says the number. Returns the batch's id."""
    page.goto(platform.url(host, "/merchant/batches/new/"))
    for field, value in {
        "title_en": "Half price dinner", "title_ar": "عشاء بنصف السعر", "offer_percent": "50",
        "terms_en": "One per visit.", "terms_ar": "قسيمة واحدة لكل زيارة.", "quantity": str(quantity),
    }.items():  # fmt: skip
        page.locator(f"[name={field}]").fill(value)
    page.locator("[name=offer_kind][value=percentage]").check(force=True)
    page.locator("[name=category]").select_option("food")
    page.locator("[name=template]").first.check(force=True)
    page.locator("[name=lane][value=both]").check(force=True)
    page.locator("[name=print_quantity]").fill(str(printed))
    assert "1,000" in page.locator("main").inner_text()  # what it takes and what is left, before paying
    submit(page)  # shows the finished coupon and the price
    pay = page.get_by_role("button", name=re.compile(f"Generate {quantity:,} coupons"))
    pay.wait_for()
    pay.click()
    page.wait_for_url(re.compile(r"/merchant/batches/[0-9a-f-]{36}/"))
    found = re.search(r"/batches/([0-9a-f-]{36})/", page.url)
    assert found
    return found.group(1)


def download_and_read_pdf(page: Any, platform: Any, host: str, batch: str, folder: Path) -> list[str]:
    """Ask for the PDF, wait on the job page, download it, read every code and compare with the database."""
    page.goto(platform.url(host, f"/merchant/batches/{batch}/export/"))
    page.locator("[name=form][value=a4]").check(force=True)
    submit(page)
    page.wait_for_url(re.compile(r"/merchant/jobs/"))
    link = page.get_by_role("link", name=re.compile("Download"))
    link.wait_for(timeout=60_000)
    with page.expect_download() as waiting:
        link.click()
    path = folder / "coupons.pdf"
    waiting.value.save_as(path)
    codes = read_codes(path)
    with platform.superuser() as connection:
        schema = schema_of(connection, host)
        there = connection.execute(
            f"SELECT serial FROM \"{schema}\".merchants_coupon WHERE batch_id = %s AND lane = 'print'", [batch]
        ).fetchall()
    assert sorted(codes) == sorted(serial for (serial,) in there)
    return codes


def schema_of(connection: Any, host: str) -> str:
    return str(
        connection.execute(
            "SELECT s.schema_name FROM tenants_site s JOIN tenants_domain d ON d.tenant_id = s.id WHERE d.domain = %s",
            [f"{host}.localhost"],
        ).fetchone()[0]
    )


def credits_left(page: Any, platform: Any, host: str) -> int:
    """What the wallet page calls Coupon Credits Remaining."""
    page.goto(platform.url(host, "/merchant/wallets/"))
    text = page.locator("main").inner_text()
    found = re.search(r"Coupon Credits Remaining\s+([\d,]+)", text)
    assert found, text
    assert "total remaining coupons" not in text.lower()
    return int(found.group(1).replace(",", ""))


def fill_claim(page: Any, phone: str, name: str) -> None:
    """Phone first; what the page asks besides depends on whether it knows the number."""
    page.locator("input[type=tel]").first.fill(phone)
    page.locator("[name=name]").fill(name)
    page.locator("[name=birthday]").fill("1994-02-03")


def serial_on(page: Any) -> str:
    """The serial the coupon page shows, without its grouping."""
    found = re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}\b", page.locator("main").inner_text())
    assert found, page.locator("main").inner_text()
    return found.group(0).replace("-", "")


def claim_on_the_centre(page: Any, platform: Any, host: str, *, phone: str) -> str:
    """On a phone, in Arabic: find the offer, get the coupon, see it. Returns the serial."""
    page.goto(platform.url(host))
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.locator("input[type=search]").first.fill("عشاء")
    page.keyboard.press("Enter")
    page.get_by_text("عشاء بنصف السعر").first.click()
    page.wait_for_url(re.compile(r"/b/"))
    if not page.locator("input[type=tel]").count():
        page.locator("a[href$='/claim']:visible").first.click()
    fill_claim(page, phone, "كريم")
    submit(page)
    page.wait_for_url(re.compile(r"/c/|/claimed/", re.IGNORECASE))
    return serial_on(page)


def claim_in_the_store(page: Any, platform: Any, host: str, store: str, *, phone: str) -> str:
    """From the poster's code: the store's page, the form, the coupon."""
    page.goto(platform.url(host, f"/s/{store}"))
    if not page.locator("input[type=tel]").count():
        page.locator(f"a[href*='/s/{store}/']:visible").first.click()
    fill_claim(page, phone, "Carla")
    submit(page)
    page.wait_for_url(re.compile(r"/c/|/claimed/", re.IGNORECASE))
    return serial_on(page)


def redeem(page: Any, platform: Any, host: str, serial: str, *, accepted: bool) -> str:
    """Type the serial at the till. Returns what the screen says."""
    page.goto(platform.url(host, "/redeem/"))
    page.locator("[name=serial], [name=code]").first.fill(serial)
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    said = page.locator("main").inner_text()
    assert bool(re.search(r"redeemed|accepted", said, re.IGNORECASE) and "already" not in said.lower()) == accepted, said
    return str(said)


def nothing_shows_elsewhere(page: Any, platform: Any, host: str, brand: str, serial: str) -> None:
    """Of all this, another agent's site knows nothing."""
    page.goto(platform.url(host))
    assert brand not in page.content()
    assert page.goto(platform.url(host, f"/c/{serial}")).status == 404
    page.goto(platform.url(host, f"/?q={brand.replace(' ', '+')}"))
    assert page.get_by_role("link", name=re.compile(brand)).count() == 0


def let_the_batch_end(platform: Any, batch: str) -> None:
    """Let time pass: the end of claiming moves into the past, as it would by waiting. The product does the rest."""
    with platform.superuser() as connection:
        schema = schema_of(connection, "jet")
        connection.execute(
            f'UPDATE "{schema}".merchants_batch SET starts_at = now() - interval \'2 days\','
            " claim_until = now() - interval '1 second' WHERE id = %s",
            [batch],
        )


def read_codes(pdf: Path) -> list[str]:
    """Every QR code of a PDF, in order, as the serials of their short links."""
    document = pypdfium2.PdfDocument(pdf)
    found: list[str] = []
    for page in document:
        image = page.render(scale=4).to_pil()
        found += [code.text.rsplit("/", 1)[-1] for code in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCodeModel2)]
    document.close()
    return found


def manage(platform: Any, *arguments: str) -> str:
    """`manage.py …` with the settings of the running platform; what it printed."""
    secrets = dict(line.split("=", 1) for line in (platform.home / "secrets.env").read_text().splitlines())
    own = {
        "DATABASE_URL": Postgres(platform.home / "pg").url("couponry"), "DJANGO_SETTINGS_MODULE": "config.settings.base",
        "MEDIA_ROOT": str(platform.home / "media"), "PUBLIC_PORT": str(platform.port), "DEMO": "1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, **secrets, **own},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ledger_proves(platform: Any) -> None:
    manage(platform, "prove_ledger")
