"""Eight bytes at a time, in one 64-bit number: which of them belong to words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from workers.match.engine.kernel.compiled import hot
from workers.match.engine.kernel.state import U64

HIGH = np.uint64(0x8080808080808080)
_LOW7 = np.uint64(0x7F7F7F7F7F7F7F7F)
CASE = np.uint64(0x2020202020202020)
_ONES = 0x0101010101010101
_FROM_A = np.uint64((0x80 - 0x61) * _ONES)
_BEHIND_Z = np.uint64((0x80 - 0x7B) * _ONES)
_FROM_0 = np.uint64((0x80 - 0x30) * _ONES)
_BEHIND_9 = np.uint64((0x80 - 0x3A) * _ONES)

FIRST_BYTES = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
"""Masks of the first n bytes."""

_MIX = np.uint64(0x9E3779B97F4A7C15)
_MIX_MORE = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
_LOWER = np.uint64(0xFFFFFFFF)


def _trailing_zeros(_: Any, value: Any) -> Any:
    signature = types.int64(value)

    def generate(__: Any, builder: Any, ___: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return signature, generate


trailing_zeros: Callable[[Any], int] = intrinsic(_trailing_zeros)
"""How many of the lowest bits of an unsigned 64-bit number are 0; the number is not 0."""


def _prefetch(_: Any, array: Any, index: Any) -> Any:
    signature = types.void(array, index)

    def generate(context: Any, builder: Any, __: Any, arguments: Any) -> Any:
        data = context.make_array(array)(context, builder, arguments[0]).data
        place = builder.bitcast(builder.gep(data, [arguments[1]]), ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [place.type, number, number, number])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", [place.type], kind)
        builder.call(fetch, [place, number(0), number(3), number(1)])  # to read; keep it near; data
        return context.get_dummy_value()

    return signature, generate


prefetch: Callable[[Any, int], None] = intrinsic(_prefetch)
"""Have this place of the array brought near: it is looked at soon. A place that is not there does no harm."""


@hot
def letters_and_digits(eight: U64) -> U64:
    """The highest bit of each byte that is an ASCII letter or digit."""
    low = eight & _LOW7
    small = low | CASE
    letters = (small + _FROM_A) & ~(small + _BEHIND_Z)
    digits = (low + _FROM_0) & ~(low + _BEHIND_9)
    return (letters | digits) & ~eight & HIGH


@hot
def mixed(key: U64, more: U64) -> U64:
    """A hash of two numbers: all bits of both reach the upper half."""
    made = (key ^ (more * _MIX_MORE)) * _MIX
    return (made ^ (made >> _HALF)) * _MIX


@hot
def index_of(value: U64) -> int:
    """An unsigned number below 2**63 as one to count with."""
    return np.int64(value)  # type: ignore[return-value]


@hot
def code_of(value: U64) -> int:
    """The lower half of the number, which may be negative."""
    return np.int64(np.int32(value & _LOWER))  # type: ignore[return-value]
