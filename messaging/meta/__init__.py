"""The platform's account at Meta: sender numbers, message templates, client and webhook.

Owns what the platform has at Meta and what Meta tells us. Never knows what a message is for: the room above it does.

    from messaging.meta.choices import CATEGORY, Purpose, Verdict, verdict_of
    from messaging.meta.services import account, bodies
    account.client() -> Client            raises NotConnected; keep it for a run, it is safe for threads
    client.send(phone_number_id, bodies.template(…)) -> Accepted; raises Refused, Unreachable, Unknown
    account.token_died(now)               the console is told once

    from messaging.meta.queries import senders, templates
    senders.mine() -> Sender | None       of the open site; senders.is_on()
    templates.list_usable()               every approved text of the open site

    from messaging.meta.services import inbox, senders, templates
    senders.pause(sender_id, reason, until, now), senders.resume(sender_id, now)
    templates.pause(template_id, reason, now), templates.submit_missing(site=…, now=…), templates.sync(now=…)
    inbox.receive(body, signature, now)   keeps what Meta said; event "whatsapp.arrived" {arrival_id} at each site
    inbox.open_items(arrival) -> Items(statuses, messages, preferences)
"""
