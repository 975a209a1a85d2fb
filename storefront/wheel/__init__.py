"""The lucky draw: a merchant's wheel, its versions, and every spin."""
