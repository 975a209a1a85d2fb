"""To which countries a number sends. Messages to some countries cost many times those at home, and numbers there can be
had by the thousand: without a list, whoever asks for codes all day spends the platform's money abroad."""

from __future__ import annotations

import re

import phonenumbers

GULF = ("SA", "AE", "KW", "QA", "BH", "OM")
_LEVANT = ("JO", "LB", "IQ", "PS", "SY")
# Whose people live, work and shop in each other's countries.
_NEAR: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(GULF, (*GULF, "JO", "EG", "YE")),
    **dict.fromkeys(_LEVANT, (*_LEVANT, *GULF, "EG")),
    "EG": (*GULF, "JO", "SD", "LY"),
    "YE": (*GULF, "EG"),
    "TR": GULF,
    "MY": ("SG", "BN", "ID", "TH"),
    "SG": ("MY", "ID"),
    "ID": ("MY", "SG"),
    "BN": ("MY", "SG"),
}


def near(country: str) -> list[str]:
    """What a number of `country` (ISO 3166, two letters) sends to unless somebody says otherwise: there and around."""
    return [country, *(one for one in _NEAR.get(country, ()) if one != country)]


def country_of(phone: str) -> str:
    """The country of a number in E.164; "" for one that is of none, or cannot be."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or ""
    except phonenumbers.NumberParseException:
        return ""


def read(typed: str) -> list[str]:
    """Two-letter codes as typed, each once, in order. Raises ValueError with the first that is no country."""
    found = list(dict.fromkeys(re.findall(r"[^\s,;،]+", typed.upper())))
    for code in found:
        if code not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError(code)
    return found
