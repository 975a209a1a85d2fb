"""What the platform decides about selling."""

from config.settings.env import env

# How long a temporary merchant is active from its first purchase, where the price book's item says nothing else.
TEMPORARY_PLAN_DAYS = env.int("TEMPORARY_PLAN_DAYS", default=30)
# A bank transfer above this (minor units of any currency) is confirmed by two people of the console.
TOPUP_TWO_PEOPLE_ABOVE = env.int("TOPUP_TWO_PEOPLE_ABOVE", default=1_000_000)
# Processes that print a month's statements at once.
STATEMENT_PRINTERS = env.int("STATEMENT_PRINTERS", default=2)
