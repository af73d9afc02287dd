"""Random streams: one per process, from its names alone, so that the order of simulation changes nothing."""

from hashlib import blake2b
from random import Random

import numpy as np


def dice(*names: object) -> Random:
    """A stream for one thing at a time."""
    return Random(_seed(names))


def generator(*names: object) -> np.random.Generator:
    """A stream for many things at once."""
    return np.random.Generator(np.random.Philox(_seed(names)))


def _seed(names: tuple[object, ...]) -> int:
    return int.from_bytes(blake2b("/".join(map(str, names)).encode(), digest_size=16).digest())
