"""Coupon serials: making them, reading what people type, writing them for eyes and for QR codes.

A serial is the one secret of a coupon. It has 14 random symbols of an alphabet of 23 (63.3 bits) and a check
symbol. The alphabet holds exactly one of each group of characters that people confuse (``0 O Q D``, ``1 I L``,
``2 Z``, ``4 A``, ``5 S``, ``6 G``, ``8 B``, ``U V``) and no vowel, so no serial spells a word. 23 is prime: a
weighted sum modulo 23 with different weights catches every wrong character and every swap of two characters.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

ALPHABET = "23456789CDFHJKMNPRTVWXY"
BASE = len(ALPHABET)
PAYLOAD = 14
LENGTH = PAYLOAD + 1
GROUP = 5

_SYMBOLS = ALPHABET.encode("ascii")
_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
# The check symbol has weight 1; the payload has 2 … 15. All differ and none is 0 modulo 23.
_WEIGHTS = tuple(range(2, PAYLOAD + 2))

# Bytes from 230 on would favour the first symbols and are thrown away.
_FAIR = 256 - 256 % BASE
_UNFAIR_BYTES = bytes(range(_FAIR, 256))
_TO_VALUE = bytes(byte % BASE for byte in range(256))
_TO_SYMBOL = bytes(_SYMBOLS[byte % BASE] for byte in range(256))
_TO_CHECK = bytes(_SYMBOLS[-byte % BASE] for byte in range(256))
_TIMES = tuple(bytes(byte * weight % BASE for byte in range(256)) for weight in _WEIGHTS)

_LOOK_ALIKES = {"0": "D", "O": "D", "Q": "D", "Z": "2", "A": "4", "S": "5", "G": "6", "B": "8", "U": "V"}
# Spaces and dashes of every kind, and the invisible direction marks that copying out of Arabic text brings along.
_SEPARATORS = (
    " -_.\t\r\n\u00a0\u2010\u2011\u2012\u2013\u2014\u2212\u00b7\u0640"
    "\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"
)


def _reading_table() -> dict[int, str | None]:
    """What each typed character is read as: digits of other scripts, full-width forms, look-alikes, separators."""
    table: dict[int, str | None] = {ord(char): None for char in _SEPARATORS}
    for zero in (0x0660, 0x06F0, 0xFF10):
        for digit in range(10):
            table[zero + digit] = _LOOK_ALIKES.get(str(digit), str(digit))
    for offset in range(26):
        letter = chr(ord("A") + offset)
        for code in (ord(letter), ord(letter.lower()), 0xFF21 + offset, 0xFF41 + offset):
            table[code] = _LOOK_ALIKES.get(letter, letter)
    table[ord("0")] = _LOOK_ALIKES["0"]
    return table


_READING = _reading_table()
_ADDRESS = re.compile(r"(?i)/c/([^/?#\s]+)")


def new_serials(count: int, *, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> list[str]:
    """Return ``count`` different serials; 100,000 take well under a tenth of a second.

    Works on whole columns at once: one column of bytes per position, checks added as one large number.
    """
    if count < 0:
        raise ValueError("count must not be negative")
    found: dict[str, None] = {}
    while len(found) < count:
        before = len(found)
        found.update(dict.fromkeys(_draw(count - before, random_bytes)))
        if len(found) == before:
            raise RuntimeError("the source of random bytes repeats itself")
    return list(found)


def _draw(count: int, random_bytes: Callable[[int], bytes]) -> list[str]:
    values = _fair_values(count * PAYLOAD, random_bytes)
    columns = [values[position::PAYLOAD] for position in range(PAYLOAD)]
    rows = bytearray(count * LENGTH)
    for position, column in enumerate(columns):
        rows[position::LENGTH] = column.translate(_TO_SYMBOL)
    rows[PAYLOAD::LENGTH] = _checks(columns, count)
    text = rows.decode("ascii")
    return [text[start : start + LENGTH] for start in range(0, len(text), LENGTH)]


def _fair_values(wanted: int, random_bytes: Callable[[int], bytes]) -> bytes:
    """``wanted`` values below 23, each equally likely."""
    values = b""
    while len(values) < wanted:
        missing = wanted - len(values)
        values += random_bytes(missing + missing // 8 + 16).translate(_TO_VALUE, _UNFAIR_BYTES)
    return values[:wanted]


def _checks(columns: list[bytes], count: int) -> bytes:
    """The check symbol of every row.

    Columns are added as large numbers, a byte a row: seven values below 23 make at most 154, so no byte carries.
    """
    weighed = [column.translate(times) for column, times in zip(columns, _TIMES, strict=True)]
    halves = (_add(weighed[:7], count).translate(_TO_VALUE), _add(weighed[7:], count).translate(_TO_VALUE))
    return _add(halves, count).translate(_TO_CHECK)


def _add(columns: list[bytes] | tuple[bytes, ...], count: int) -> bytes:
    return sum(int.from_bytes(column, "little") for column in columns).to_bytes(count, "little")


def normalise(text: str) -> str:
    """What was typed or scanned, as a serial is stored: upper case, no separators, look-alikes resolved.

    Arabic-Indic, Persian and full-width digits are read; unknown characters stay, so ``is_valid`` refuses them.
    """
    return text.translate(_READING)


def found_in(text: str) -> str:
    """The serial in what was scanned or typed: a QR code holds the coupon's whole address."""
    found = _ADDRESS.search(text)
    return found[1] if found else text.strip()[:60]


def is_valid(text: str) -> bool:
    """Whether ``text`` (already normalised) has the form of a serial and its check symbol is right."""
    if len(text) != LENGTH:
        return False
    try:
        values = [_VALUE[char] for char in text]
    except KeyError:
        return False
    total = values[PAYLOAD] + sum(value * weight for value, weight in zip(values, _WEIGHTS, strict=False))
    return total % BASE == 0


def display(serial: str) -> str:
    """The serial in groups, as it is printed and read aloud: ``K7PX3-9MDTC-4WRHF``."""
    return "-".join(serial[start : start + GROUP] for start in range(0, len(serial), GROUP))


def short_url(host: str, serial: str, *, scheme: str = "https", port: int | None = None) -> str:
    """The coupon's address for its QR code, all upper case: QR codes store it in their compact alphanumeric mode.

    Schemes and hosts ignore case, and the site's paths do too.
    """
    default = {"https": 443, "http": 80}.get(scheme.lower())
    suffix = f":{port}" if port and port != default else ""
    return f"{scheme}://{host}{suffix}/c/{serial}".upper()
