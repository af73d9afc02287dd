"""Identifiers that never repeat and do not look counted: each kind has its own scrambled counter."""

from collections import Counter

import numpy as np

from local_amazon.world.randomness import dice, generator
from local_amazon.world.store import Numbers

_CYCLE = 10**7  # the last seven digits run through all values before one repeats
_STEP = 7_654_321  # no common divisor with the cycle


class Ids:
    """Hands out numbers of a given count of digits (at least 8)."""

    def __init__(self, seed: int) -> None:
        self._seed, self._used = seed, Counter[str]()

    def one(self, kind: str, digits: int = 11) -> int:
        """The next number."""
        return int(self.take(kind, 1, digits)[0])

    def take(self, kind: str, count: int, digits: int = 11) -> Numbers:
        """The next `count` numbers."""
        first = self._used[kind]
        self._used[kind] += count
        start = dice(self._seed, "ids", kind).randrange(_CYCLE)
        low = (np.arange(first, first + count) * _STEP + start) % _CYCLE
        rng = generator(self._seed, "ids", kind, first)
        high = rng.integers(10 ** (digits - 8), 10 ** (digits - 7), count)
        return (high * _CYCLE + low).astype(np.int64)

    def orders(self, count: int) -> Numbers:
        """Order ids: 17 digits that begin with 111 to 114."""
        return self.take("order", count, 14) + (
            generator(self._seed, "orders", self._used["order"]).integers(111, 115, count) * 10**14
        )
