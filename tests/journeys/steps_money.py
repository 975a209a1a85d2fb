"""What people do with money in the journeys, one function a step."""

from __future__ import annotations

import re
from typing import Any

from tests.journeys.steps import PASSWORD, manage, submit, wait_for


def stripe_address(platform: Any) -> str:
    """Where the stand-in of Stripe answers, as `bin/up` printed it."""
    return next(found[1] for line in platform.lines if (found := re.search(r"Stripe \(stand-in\)\s+(\S+)/", line)))


def connect_stripe(page: Any, url: str, account: str) -> None:
    """Save the keys of an account of the stand-in on a payments page. They are tried first, and never shown again."""
    key = f"sk_test_{account}_journey"
    page.goto(f"{url}keys/")
    page.locator("[name=secret_key]").fill(key)
    page.locator("[name=publishable_key]").fill(f"pk_test_{account}_journey")
    submit(page)
    page.wait_for_url(url)
    assert key not in page.content()


def set_price(page: Any, platform: Any, item: str, *, agent: str, retail: str, percent: str) -> None:
    """The console sets what an item costs at one agent, of which the agent keeps so many percent."""
    page.goto(platform.url("console", "/prices/items/"))
    page.get_by_role("link", name=item, exact=True).click()
    page.wait_for_url(re.compile(r"/prices/items/[0-9a-f-]{36}/$"))
    page.goto(f"{page.url}set/?agent={agent}")
    page.locator("[name=retail]").fill(retail)
    page.locator("[name=how]").select_option("percent")
    page.locator("[name=value]").fill(percent)
    submit(page)
    page.get_by_text("The price is set").first.wait_for()


def pay(page: Any, address: str) -> None:
    """On the stand-in's pay page: pay with the card that is there, and come back."""
    page.wait_for_url(f"{address}/pay/**", timeout=20_000)
    page.locator("input[name=email]").fill("payer@example.com")
    page.get_by_role("button", name=re.compile("^Pay [A-Z]")).click()
    page.wait_for_url(lambda url: not url.startswith(address), timeout=20_000)


def top_up(page: Any, platform: Any, host: str, *, amount: str) -> None:
    """The agent pays the platform by card; the money is in the prepaid wallet when the page comes back."""
    page.goto(platform.url(host, "/office/wallet/top-up/"))
    page.locator("[name=amount]").fill(amount)
    submit(page)
    pay(page, stripe_address(platform))
    page.get_by_text("The money is in your wallet").first.wait_for()


def join(page: Any, mailbox: Any, platform: Any, host: str, *, brand: str, email: str) -> None:
    """A merchant registers itself: the form, the link in its mail, a password; signed in then."""
    page.goto(platform.url(host, "/join/"))
    for field, value in {
        "brand_name": brand, "legal_name": f"{brand} Trading", "owner_name": "Rana Rose", "owner_email": email,
    }.items():  # fmt: skip
        page.locator(f"[name={field}]").fill(value)
    for field in ("category", "business_type", "city"):
        page.locator(f"select[name={field}]").select_option(index=1)
    page.locator("input[type=tel]").first.fill("512345678")
    page.locator("[name=terms]").check()
    submit(page)
    page.wait_for_url("**/join/sent/")
    page.goto(_link_in_mail(mailbox, platform, email))
    page.locator("[name=password]").fill(PASSWORD)
    submit(page)
    page.wait_for_url("**/merchant/**")


def _link_in_mail(page: Any, platform: Any, email: str) -> str:
    link = ""

    def arrived() -> bool:
        nonlocal link
        page.goto(platform.url("console", "/mailbox/"))
        mail = page.get_by_text(email).first
        if not mail.count():
            return False
        mail.click()
        page.wait_for_load_state()
        found = re.search(r"http://\S+/join/\S+", page.locator("main").inner_text())
        link = found.group(0) if found else ""
        return bool(link)

    wait_for(arrived, seconds=20)
    return link


def buy(page: Any, platform: Any, host: str, item: str) -> str:
    """Order an item and pay it; the address of the purchase's page, which is shown."""
    page.goto(platform.url(host, "/merchant/buy/"))
    page.get_by_role("button", name=f"Buy {item} for").click()
    pay(page, stripe_address(platform))
    page.wait_for_url(re.compile(r"/merchant/purchases/[0-9a-f-]{36}/$"))
    return str(page.url)


def state_of(page: Any) -> str:
    return str(page.locator("#purchase-state").inner_text())


def money_at_stripe(page: Any, platform: Any, account: str) -> str:
    """The balance that the stand-in shows for an account."""
    page.goto(f"{stripe_address(platform)}/accounts/{account}")
    return str(page.locator("p.total").first.inner_text())


# What the hourly task and the worker do, asked for on a day of the next month.
MONTH_END = """
from datetime import timedelta
from accounts.actors import system
from agents.statements.services import making, runs
from kernel import clock
from tenants.models import Site
from tenants.walls import registry, wall
with registry():
    asked = [Site.objects.get(kind="master"), Site.objects.get(name="{name}")]
zone = asked[1].time_zone  # the last evening of a month is the next month there already
first = clock.local_date(clock.now(), zone).replace(day=1)
later = clock.start_of_day((first + timedelta(days=32)).replace(day=2), zone)
for site in asked:
    with wall(site, "master" if site.type == "master" else "site"):
        runs.open_due(actor=system("journey"), now=later)
        while making.make_next(now=later):
            pass
"""


def let_the_month_end(platform: Any, *, name: str) -> None:
    """Let time pass: the statements of this month are made for the platform and one site."""
    manage(platform, "shell", "-v0", "-c", MONTH_END.format(name=name))


def newest_statement(page: Any, platform: Any, host: str, path: str, *, of: str) -> str:
    """The words of a statement's page, found by its owner in a list; its paper is there in both languages."""
    page.goto(platform.url(host, path))
    page.locator("tbody tr").filter(has_text=of).first.get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"/statements/[0-9a-f-]{36}/$"))
    for language in ("en", "ar"):
        start = page.evaluate(f"async () => (await (await fetch('{language}.pdf')).text()).slice(0, 5)")
        assert start == "%PDF-", start
    return str(page.locator("main").inner_text())
