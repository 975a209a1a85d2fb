"""Serials: unguessable, readable, and wrong ones are recognised."""

from __future__ import annotations

import itertools
import math
import random
import time
from collections import Counter

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from merchants import serials

texts = st.text(alphabet=serials.ALPHABET, min_size=serials.PAYLOAD, max_size=serials.PAYLOAD)
ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def seeded(seed: int):
    return random.Random(seed).randbytes


def with_check(payload: str) -> str:
    return next(payload + check for check in serials.ALPHABET if serials.is_valid(payload + check))


def test_a_serial_holds_at_least_sixty_random_bits():
    assert serials.PAYLOAD * math.log2(len(serials.ALPHABET)) >= 60


def test_serials_are_valid_different_and_of_one_length():
    made = serials.new_serials(20_000)

    assert len(made) == len(set(made)) == 20_000
    assert {len(serial) for serial in made} == {15}
    assert all(serials.is_valid(serial) for serial in made)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 255, 257])
def test_any_count_is_made_exactly(count):
    made = serials.new_serials(count)

    assert len(made) == count
    assert all(serials.is_valid(serial) for serial in made)


def test_a_repeated_draw_still_gives_different_serials():
    stream = itertools.chain([b"\x00" * 10_000], (seeded(n)(10_000) for n in itertools.count()))

    made = serials.new_serials(50, random_bytes=lambda size: next(stream)[:size])

    assert len(set(made)) == 50


def test_no_two_characters_of_the_alphabet_look_alike():
    groups = ["0OQD", "1IL7"[:3], "2Z", "4A", "5S", "6G", "8B", "UV"]

    assert all(len(set(group) & set(serials.ALPHABET)) <= 1 for group in groups)
    assert not set("AEIOU") & set(serials.ALPHABET)


def test_characters_are_spread_evenly_at_every_position():
    made = serials.new_serials(23_000)

    # 22 degrees of freedom: 60 is passed by chance once in 50,000 positions.
    for position in range(serials.LENGTH):
        counts = Counter(serial[position] for serial in made)
        chi_square = sum((counts[char] - 1_000) ** 2 / 1_000 for char in serials.ALPHABET)
        assert chi_square < 60, (position, chi_square)


def test_serials_share_no_prefix():
    made = serials.new_serials(10_000)

    # 10,000 draws of 23^8 beginnings meet with a chance of 1 in 1,500 each run; of 23^10 with 1 in 800,000.
    assert len({serial[:10] for serial in made}) == 10_000
    assert max(Counter(serial[:2] for serial in made).values()) < 60


def test_a_source_that_repeats_itself_is_refused():
    with pytest.raises(RuntimeError):
        serials.new_serials(10, random_bytes=lambda size: bytes(size))


def test_every_single_substitution_is_caught():
    for serial in serials.new_serials(40, random_bytes=seeded(1)):
        for position, char in itertools.product(range(serials.LENGTH), serials.ALPHABET):
            wrong = serial[:position] + char + serial[position + 1 :]
            assert serials.is_valid(wrong) == (char == serial[position])


def test_every_substitution_is_caught_whatever_the_rest():
    # The sum is linear: a substitution passes only where weight × difference is 0 modulo 23.
    weights = [*serials._WEIGHTS, 1]

    assert all(weight * difference % 23 for weight in weights for difference in range(1, 23))
    assert all((a - b) * difference % 23 for a, b in itertools.combinations(weights, 2) for difference in range(1, 23))


@given(texts, st.integers(0, serials.LENGTH - 2))
def test_every_adjacent_transposition_is_caught(payload, position):
    serial = with_check(payload)
    swapped = serial[:position] + serial[position + 1] + serial[position] + serial[position + 2 :]

    assert serials.is_valid(swapped) == (swapped == serial)


@given(texts, st.integers(0, serials.LENGTH - 1), st.integers(0, serials.LENGTH - 1))
def test_every_swap_of_any_two_characters_is_caught(payload, one, other):
    chars = list(with_check(payload))
    chars[one], chars[other] = chars[other], chars[one]

    assert serials.is_valid("".join(chars)) == ("".join(chars) == with_check(payload))


@given(texts)
def test_what_is_displayed_is_read_back(payload):
    serial = with_check(payload)

    assert serials.normalise(serials.display(serial)) == serial
    assert serials.normalise(f"  {serials.display(serial).lower()}\n") == serial
    assert serials.normalise("\u2067" + " ".join(serial) + "\u2069") == serial


def test_digits_of_other_scripts_and_look_alikes_are_read():
    assert serials.normalise("٢٣٤٥٦٧٨٩") == "23456789"
    assert serials.normalise("۲۳۴۵۶۷۸۹") == "23456789"
    assert serials.normalise("２３Ｃｄ") == "23CD"
    assert serials.normalise("0oQd zasgb u") == "DDDD24568V"


@pytest.mark.parametrize("text", ["", "2", "2" * 14, "2" * 16, "I" * 15, "é" * 15, "2" * 15 + " ", "1" * 15])
def test_other_texts_are_no_serials(text):
    assert not serials.is_valid(text)


def test_display_groups_by_five():
    assert serials.display("K7PX39MDTC4WRHF") == "K7PX3-9MDTC-4WRHF"


def test_the_short_address_fits_the_compact_mode_of_qr_codes():
    url = serials.short_url("coupons.brand.example", "K7PX39MDTC4WRHF", scheme="https")

    assert url == "HTTPS://COUPONS.BRAND.EXAMPLE/C/K7PX39MDTC4WRHF"
    assert set(url) <= ALPHANUMERIC
    assert serials.short_url("a.localhost", "X", scheme="http", port=8000) == "HTTP://A.LOCALHOST:8000/C/X"
    assert serials.short_url("a.example", "X", scheme="https", port=443) == "HTTPS://A.EXAMPLE/C/X"
    size = zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(add_quiet_zones=False)
    assert size.shape == (29, 29)


def test_a_hundred_thousand_are_quick():
    started = time.process_time()

    serials.new_serials(100_000)

    assert time.process_time() - started < 10
