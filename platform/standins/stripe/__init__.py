"""A stand-in of Stripe: `python -m standins.stripe --port N [--state FILE]`.

It speaks the part of Stripe's API that a hosted checkout needs, shows the hosted page, keeps each account's money and
sends signed webhooks. With `--state` everything survives a restart.

Keys. An account opens itself when a well-formed key names it: `sk_test_<account>_<anything>`, `sk_live_…`, and
restricted `rk_test_<account>_<rights>`. Test and live are two worlds of one account. Words in the rights of a
restricted key take something away: `readonly`, `nobalance`, `noaccount`, `nowebhooks`, `nocheckout`, `norefunds`.
A key that names no account, an account named `bad`, and an account that was closed by `/_control/close` get 401.

API (form-encoded bodies, Stripe's error JSON, idempotency keys replayed for 24 hours):
    checkout sessions create, retrieve, list, line_items, expire · payment_intents retrieve · charges retrieve
    refunds create, retrieve, list · disputes retrieve, list · events retrieve, list · balance · account
    webhook_endpoints create, retrieve, list, delete

Pages: `/` and `/accounts/<name>?mode=test` (money, payments, webhooks, switches), `/pay/<session>` (the hosted page).

Control, JSON in and out (`POST` unless said otherwise):
    /_control/pay       {session, outcome: paid | later | declined}     what the payer does on the hosted page
    /_control/arrive    {session, outcome: succeeded | failed}          the end of a payment that was made later
    /_control/expire    {session}                                       as if its time had passed
    /_control/refund    {payment_intent, amount?}                       from Stripe's own dashboard
    /_control/dispute   {payment_intent, amount?}   /_control/dispute/close {dispute, status: won | lost}
    /_control/endpoint  {account, url, mode?, events?} -> {id, secret}  an endpoint made by hand in the dashboard
    /_control/webhooks  {account, hold?, duplicate?, delay?, reorder?, drop?}
                        hold: keep all back until released; duplicate: so many extra copies of each; delay: seconds;
                        reorder: gather so many and send them backwards; drop: lose the first attempts of each
    /_control/release   {account, events?: [ids in the order to send], reverse?}
    /_control/resend    {event}
    /_control/fault     {status? | hang? | cut?, times?, account?, method?, path?, after?}
                        status: answer so; hang: seconds of silence; cut: close the connection without an answer;
                        after: do the work first, so that the caller cannot know; times: 0 switches the account's
                        faults off, -1 keeps this one on
    /_control/close     {account}    keys of the account are refused from now on; /_control/open {account}
    /_control/reset     {}           forget everything
    GET /_control/account/<name>?mode=test   balance, payments, events and deliveries
"""
