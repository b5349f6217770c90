"""Numbers that Python and C++ (tests/hash_uniform.h) make alike to the bit, so that no file of weights need be stored."""
import math

import numpy as np


def uniform(tensor_index: int, shape) -> np.ndarray:
    """Doubles in [0, 1) by a 32-bit hash of (tensor index, element index)."""
    h = np.arange(math.prod(shape), dtype=np.uint32) * np.uint32(0x85EBCA77)
    h += np.uint32(tensor_index * 0x9E3779B1 & 0xFFFFFFFF)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B), (16, 1)):
        h ^= h >> np.uint32(shift)
        h *= np.uint32(factor)
    return ((h >> np.uint32(8)) / 2.0**24).reshape(tuple(shape))
