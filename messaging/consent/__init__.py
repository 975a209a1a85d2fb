"""Who may be written to: opt-in per merchant with the text that was agreed to, opt-out for a whole number.

Owns the register of consent. Never sends anything, and knows nothing of messages: whoever wants to send a message that
the customer did not ask for asks `queries.register.may_write` first.

**Opt-in** belongs to one merchant and one customer. It is a box that nobody ticked beforehand and that nothing depends
on, and it is kept with the version of its text and the words as they stood on the screen. Every change is a row of
`OptInEvent`, which cannot be changed any more; `OptIn` says what holds now.

**Whose tick counts.** Anybody can type anybody's number, so a tick counts only

* with a coupon that was taken by this very press: a claim that gives nothing new records nothing, and
* where the press speaks for the number: the number had no record before this claim (whoever makes a record is believed,
  as everywhere on a site), or this browser has proved the number before.

With a known number on any other browser, and on the shop's own tablet unless the record is new, the tick is dropped
without a word. The form shows the same box, and the answer is the same page, whether the number is known or not, has
agreed before or not, has said STOP or not: nothing can be learned by ticking. A tick never lifts a STOP, and leaving
the box empty never withdraws what was agreed before. The database decides all this (`consent_at_claim`); the page only
asks. Whoever was not believed can agree under "my coupons", on a browser that proved the number.

**Opt-out** belongs to a number and holds for every merchant of the site: the site writes from one number. It comes from
a word (STOP, إيقاف …), from Meta's own switch, from staff, or from the customer's page. What Meta's switch stopped only
that switch resumes; the rest is resumed by a word or the customer's page. Staff may stop and withdraw, never agree.

Who stops or withdraws is told on as `consent.stopped` and `consent.withdrawn`, with ids: what waits in the queue for
that person is taken back (`messaging.automations.services.retracting`).
"""
