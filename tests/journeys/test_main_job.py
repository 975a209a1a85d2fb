"""The product's main job, end to end, as people do it: from an agent that does not exist to coupons refunded.

One test, because each step stands on the one before; it says where it is by the name of the helper that fails.
"""

from __future__ import annotations

import re

import pytest

from tests.journeys import steps

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]


def test_from_an_empty_machine_to_a_refunded_coupon(platform, new_page, sign_in, tmp_path):
    console = new_page()
    sign_in(console, "console", "salma@platform.example")
    agent = steps.create_agent(console, platform, slug="jet", name="Jet Coupons", owner="jana@jet.example")
    office = steps.accept_invitation(console, new_page(), platform, "jana@jet.example")
    blue_door = steps.create_merchant(office, platform, "jet", brand="Blue Door", owner="mona@blue.example")
    steps.fund(console, platform, agent, amount="1000")
    steps.record_annual_fee(office, platform, "jet", blue_door)
    steps.grant(console, platform, brand="Blue Door", amount=2000)
    merchant = steps.accept_invitation(console, new_page(), platform, "mona@blue.example")

    template = steps.upload_template(merchant, platform, "jet", tmp_path)
    batch = steps.generate_batch(merchant, platform, "jet", template, quantity=1000, printed=600)
    assert steps.credits_left(merchant, platform, "jet") == 1000
    serials = steps.download_and_read_pdf(merchant, platform, "jet", batch, tmp_path)
    assert len(set(serials)) == 600

    customer = new_page(width=390, height=844, language="ar", has_touch=True, is_mobile=True)
    taken = steps.claim_on_the_centre(customer, platform, "jet", phone="512345671")
    other = steps.claim_in_the_store(new_page(width=390, height=844), platform, "jet", "blue-door", phone="512345672")
    assert taken != other

    steps.redeem(merchant, platform, "jet", taken, accepted=True)
    refusal = steps.redeem(merchant, platform, "jet", taken, accepted=False)
    assert re.search(r"already|used", refusal, re.I)

    steps.nothing_shows_elsewhere(new_page(), platform, "sahm", "Blue Door", taken)
    steps.let_the_batch_end(platform, batch)
    steps.wait_for(lambda: steps.credits_left(merchant, platform, "jet") == 1998, seconds=90)
    steps.ledger_proves(platform)
