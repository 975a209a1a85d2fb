"""The companies that resell the platform, and their prepaid wallets."""

from agents.models.company import Agent
from agents.models.wallet import TopUp, WalletSettings

__all__ = ["Agent", "TopUp", "WalletSettings"]
