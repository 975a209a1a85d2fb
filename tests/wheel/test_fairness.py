"""The real draw, twenty thousand times: what comes is what the weights promise."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest
from django.db import connection

from tenants.walls import wall

DRAWS = 20_000
# 99.9 % points of the chi-square distribution by degrees of freedom (NIST/SEMATECH handbook, table 1.3.6.7.4).
LIMIT = {1: 10.828, 2: 13.816, 3: 16.266, 4: 18.467, 5: 20.515, 11: 31.264}


def pick(site, numbers, weights):
    """One call that draws for every number with the function that spins use."""
    with wall(site, "site"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT wheel_pick(n, %s::integer[]) FROM unnest(%s::double precision[]) WITH ORDINALITY AS u(n, o)"
            " ORDER BY u.o",
            [weights, numbers],
        )
        return [row[0] for row in cursor.fetchall()]


def chi_square(drawn, weights):
    total = sum(weights)
    places = [place for place, weight in enumerate(weights, start=1) if weight]
    expected = {place: len(drawn) * weights[place - 1] / total for place in places}
    counted = Counter(drawn)
    assert set(counted) <= set(places), "something was drawn that has no weight"
    return sum((counted[place] - expected[place]) ** 2 / expected[place] for place in places), len(places) - 1


@pytest.mark.parametrize(
    "weights", [[50, 50], [5, 20, 75], [1, 1, 1, 1, 1, 1], [30, 0, 10, 0, 60], [1000, 3, 40, 200], list(range(1, 13))]
)
def test_twenty_thousand_draws_fit_the_weights(ada_site, weights):
    generator = random.Random(20_000)  # fixed, so that the test says the same every day

    found, freedom = chi_square(pick(ada_site, [generator.random() for _ in range(DRAWS)], weights), weights)

    assert found < LIMIT[freedom]


def test_the_measure_sees_a_draw_that_is_a_little_unfair(ada_site):
    generator = random.Random(20_000)
    drawn = pick(ada_site, [generator.random() for _ in range(DRAWS)], [52, 48])

    found, freedom = chi_square(drawn, [50, 50])

    assert found > LIMIT[freedom]


def test_each_number_falls_on_the_segment_it_lies_on(ada_site):
    below_one = math.nextafter(1.0, 0.0)
    assert pick(ada_site, [0.0, 0.2499, 0.25, 0.7499, 0.75, below_one], [1, 2, 0, 1]) == [1, 1, 2, 2, 4, 4]
    assert pick(ada_site, [0.0, 0.5, below_one], [0, 0, 7, 0]) == [3, 3, 3]
    assert pick(ada_site, [0.5], [0, 0]) == [None]
