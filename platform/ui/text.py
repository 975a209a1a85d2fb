"""Figures, phones, serials and money as text: Western digits, the same in every language."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import phonenumbers

# ISO 4217: how many digits follow the point, where it is not two.
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_DIGITS = dict.fromkeys(_NONE.split(), 0) | dict.fromkeys(_THREE.split(), 3)
MINUS = "\N{MINUS SIGN}"


def minor_digits(currency: str) -> int:
    """Digits after the point in `currency`."""
    return _DIGITS.get(currency.upper(), 2)


def thousands(value: object) -> str:
    """`1,250` or `1,250.5`, with a real minus sign."""
    if value is None or value == "":
        return ""
    number = Decimal(str(value))
    return f"{abs(number):,f}" if number >= 0 else f"{MINUS}{abs(number):,f}"


def signed(value: int) -> str:
    """With a plus in front of what is above zero."""
    return f"+{thousands(value)}" if value > 0 else thousands(value)


def money_text(minor: int, currency: str, *, sign: bool = False) -> str:
    """`SAR 1,250.00` from 125000 and SAR."""
    digits = minor_digits(currency)
    whole = Decimal(int(minor)).scaleb(-digits)
    amount = f"{abs(whole):,.{digits}f}"
    mark = MINUS if minor < 0 else "+" if sign and minor > 0 else ""
    return f"{currency.upper()} {mark}{amount}"


def group_serial(text: str) -> str:
    """A serial in groups that eyes can hold: of five where they come out even, else of four."""
    if not text or "-" in text or " " in text:
        return text or ""
    size = 5 if len(text) % 5 == 0 else 4
    return "-".join(text[start : start + size] for start in range(0, len(text), size))


def western(text: str) -> str:
    """The text with every decimal digit of any script as 0–9."""
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def e164(typed: str, country: str) -> str:
    """The phone number that was typed, `country` being where one without a calling code is; "" for anything else."""
    typed = western(typed).strip()
    try:
        parsed = phonenumbers.parse(f"+{typed[2:]}" if typed.startswith("00") else typed, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def phone_text(e164: str) -> str:
    """An E.164 number in the international format; what does not parse stays as it is."""
    if not e164:
        return ""
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def percent_text(value: float, *, sign: bool = False, digits: int = 0) -> str:
    """`12%`; with `sign` `+12%`."""
    mark = MINUS if value < 0 else "+" if sign and value > 0 else ""
    return f"{mark}{abs(value):.{digits}f}%"


def initials(name: str) -> str:
    """Up to two letters that stand for a name."""
    words = [word for word in str(name or "").split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()
