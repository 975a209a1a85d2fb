"""The ledger and the wallets. The only code that moves a credit or money.

Owns accounts, holds, transfers and entries (in `public`), which nobody writes but the bank's SQL functions. Never knows
what a batch, a message or a purchase is: it keeps their type and id beside the entry, and nothing else of them.

Public modules. All arguments by keyword; `site_id` only at level master, elsewhere the wall says which site:

    from credits.services import ledger, wallets
    wallets.open_for_merchant(merchant_id, now)               three credit wallets; safe to repeat
    wallets.open_for_agent(agent_id, currency, now)           the prepaid wallet
    ledger.grant(merchant_id, unit, amount, reason, actor, now, key)            purchase of `amount` > 0
    ledger.adjust(wallet, amount, reason, actor, now, key)                      signed correction
    ledger.spend_to_escrow(batch_id, merchant_id, n, key, actor, now)           wallet -> escrow of the batch
    ledger.return_escrow(batch_id, n, key, actor, now)                          rows never made: escrow -> wallet
    ledger.settle_escrow(batch_id, refund, consumed, key, actor, now)           escrow -> wallet and consumed; then 0
    ledger.post(key, kind, legs, related, reason, actor, now)                   any other movement
    ledger.key_for("batch.generate", batch_id) -> UUID                          the same key for the same act
    raises ledger.InsufficientCredits(needed, available, unit), IdempotencyConflict, UnknownAccount, EscrowMismatch,
    MalformedTransfer; the same key with the same content answers as it did the first time (Posted.is_new False)

    from credits.services import holds
    holds.hold(hold_id, merchant_id, unit, amount, now)                         available falls, the balance does not
    holds.release(hold_id, …), holds.spend(hold_id, …), holds.give_back(…)      nothing came of it; one deduct; +1 again

    from credits.queries import balances, statements, proof
    balances.of_merchant(merchant_id) -> MerchantBalances(coupon, wa_ui, wa_bi)
    balances.of_merchants(ids), balances.wallets_of_merchant(merchant_id), balances.wallet_of_agent(agent_id)
    statements.entries(account | merchant_id, unit, start, end, action, related_id), opening(...), closing(...)
    proof.prove() -> Proof(accounts, transfers, differences)  `manage.py prove_ledger`, nightly by credits.tasks.prove
"""
