"""Money, end to end, as people do it: keys, prices, a wallet that is short, a plan, packages, and books that agree."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys import steps, steps_money

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]


def test_from_a_price_to_a_paid_and_active_merchant(platform, new_page, sign_in):
    console = new_page()
    sign_in(console, "console", "salma@platform.example")
    steps_money.connect_stripe(console, platform.url("console", "/payments/"), "platform")
    agent = steps.create_agent(console, platform, slug="rose", name="Rose Coupons", owner="rami@rose.example")
    steps_money.set_price(console, platform, "2,000 coupon credits", agent=agent, retail="600", percent="25")
    office = steps.accept_invitation(console, new_page(), platform, "rami@rose.example")
    steps_money.connect_stripe(office, platform.url("rose", "/office/payments/"), "rose")
    steps_money.top_up(office, platform, "rose", amount="500")

    merchant = new_page()
    steps_money.join(merchant, console, platform, "rose", brand="Rose Garden", email="rana@rose-garden.example")
    fee = steps_money.buy(merchant, platform, "rose", "Annual plan")
    assert "eing activated" in steps_money.state_of(merchant)

    steps_money.top_up(office, platform, "rose", amount="2000")
    expect(merchant.locator("#purchase-state")).to_contain_text("Completed", timeout=20_000)
    merchant.goto(platform.url("rose", "/merchant/"))
    expect(merchant.get_by_text("Active", exact=True).first).to_be_visible()

    for item in ("2,000 coupon credits", "500 WhatsApp UI credits"):
        steps_money.buy(merchant, platform, "rose", item)
        expect(merchant.locator("#purchase-state")).to_contain_text("Completed", timeout=20_000)
    merchant.goto(platform.url("rose", "/merchant/wallets/"))
    assert [text.strip() for text in merchant.locator(".figure-value").all_inner_texts()][:2] == ["2,000", "500"]

    # 1,200 + 600 + 75 came in at the agent's Stripe, and 500 + 2,000 at the platform's.
    assert "1,875.00" in steps_money.money_at_stripe(new_page(), platform, "rose")
    assert "2,500.00" in steps_money.money_at_stripe(new_page(), platform, "platform")
    # The platform's cost left the prepaid wallet: 900 + 450 + 60 of 2,500.
    office.goto(platform.url("rose", "/office/wallet/"))
    assert "1,090.00" in office.locator("main").inner_text()
    office.goto(platform.url("rose", "/office/earnings/"))
    assert "465.00" in office.locator("main").inner_text()
    merchant.goto(fee)
    invoice = merchant.locator("main a[href$='.pdf']").first.get_attribute("href")
    assert merchant.evaluate("async url => (await (await fetch(url)).text()).slice(0, 5)", invoice) == "%PDF-"
    steps.ledger_proves(platform)

    steps_money.let_the_month_end(platform, name="Rose Coupons")
    own = steps_money.newest_statement(merchant, platform, "rose", "/merchant/statements/", of="MS-")
    assert "2,000" in own
    assert "1,875.00" in own
    theirs = steps_money.newest_statement(office, platform, "rose", "/office/statements/", of="AS-")
    for figure in ("1,200.00", "1,410.00", "465.00", "1,090.00"):  # fee, cost, profit, what the wallet closes with
        assert figure in theirs
    assert "Rose" in steps_money.newest_statement(console, platform, "console", "/statements/", of="PS-")
