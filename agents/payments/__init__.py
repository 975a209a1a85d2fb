"""Stripe keys of a schema, the gateway to Stripe, and what Stripe tells us.

Owns a site's payment settings and its inbox of webhook events. Never knows what a purchase or a top-up is: whoever
sells something registers what to do when its payment changes. All arguments by keyword:

    from agents.payments.services import gateway
    gateway.is_connected(), gateway.mode()      of the site whose wall is open; the main site uses the platform's keys
    gateway.checkout(reference, kind, amount, currency, lines, success_url, cancel_url, email, language, attempt)
    gateway.read(session_id), gateway.expire(session_id)                                                -> Session
    gateway.read_payment(payment_intent) -> Payment; gateway.refund(payment_intent, amount, key)        -> Refund
    gateway.platform()                          an object with the same calls and the platform's keys
    raises NotConnected, GatewayRefused (nothing happened; says what to do), GatewayUnavailable (outcome unknown)

    from agents.payments import settling
    settling.register("purchase", settle=…, changed=…)

Calls to Stripe never stand inside a database transaction. Amounts are integer minor units, currencies upper-case codes.
"""
