"""The ledger and the wallets. The only code that moves a credit or money."""
