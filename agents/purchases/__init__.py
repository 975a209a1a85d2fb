"""Purchases of a site: what its merchants buy from the price book, how it is paid, and what it gives them.

A purchase keeps the terms it was made with. Paying settles it once, whoever comes first with the news; completing it is
one transfer: the platform's cost leaves the agent's wallet, the credits reach the merchant, and its plan begins.

    from agents.purchases.services import starting, settling, offline, reversing
    starting.start(purchase_id, merchant_id, item_id, …)     an order and its checkout
    settling.settle(reference, session, actor, now)          what Stripe says of a checkout
    settling.complete_waiting(actor, now)                    after a top-up: oldest first
    offline.record(…)                                        paid outside Stripe
    reversing.changed(reference, payment, actor, now)        refunds and disputes at Stripe
"""
