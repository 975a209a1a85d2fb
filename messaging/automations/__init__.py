"""Messages that a merchant's business starts: birthdays, recalls, festivals, reminders, campaigns.

Owns what is switched on, who was written to for which occasion, and campaigns. Never sends: it puts messages into the
queue of `messaging.services.queue`, which holds the BI credit and the coupon.

`dates` is pure, as are `festivals` and `quiet` of the room. `queries.recipients` finds with a few statements who is
due, however many customers there are. `services.running` opens occasions: each is a row with a unique key, written in
the transaction that queues its message, so a crash, two workers and a second run give nobody a second message.

Temporary merchants have no BI messages, and therefore nothing of this.
"""
