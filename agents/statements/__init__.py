"""Monthly statements: numbered, never changed once made, tied to the ledger to the unit.

The rows lie in `public`, walled like the ledger: a merchant sees its own, a site its own, the console those of agents
and its own, and never a merchant's. One table for the three levels keeps one set of rules: numbers, hashes, no change.

Who gets one: a merchant that was activated before the month's end and is not archived, or whose wallets moved in the
month; every agent that existed; the platform. A merchant with nothing in the month and none of this gets none.

    from agents.statements import registry
    registry.register("merchant", 40, build)        build(owners) -> {owner id: Section}: rooms above add theirs
    from agents.statements.services import runs, making, changing
    runs.open_due(actor=…, now=…)                    rows for every month that is over, and the job that makes them
    making.make_next(limit=…, now=…)                 figures, proof against the ledger, PDF, file, mail
    changing.correct(statement_id=…, reason=…, …)    a new document that names the one it corrects
"""
