"""Check characters and calendar days of whole columns of codes, by numpy.

GB 32100-2015 for an organization's code of 18 characters, GB 11643-1999 for a person's number. The
codes come as a matrix of bytes, a row a code, so that no Python runs per row.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

LENGTH = 18
ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = np.full(256, -1, dtype=np.int32)
_USCC[np.frombuffer(ALPHABET, dtype=np.uint8)] = np.arange(len(ALPHABET))
_USCC_WEIGHTS = np.array([3**place % 31 for place in range(17)] + [1], dtype=np.int32)
_IDENTITY_WEIGHTS = np.array([2 ** (17 - place) % 11 for place in range(LENGTH)], dtype=np.int32)
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] + [0] * 87)

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


def bytes_of(codes: pa.Array) -> tuple[Bytes, Flags]:
    """The codes of exactly 18 bytes as a matrix, and which rows of the column those are."""
    codes = codes.cast(pa.large_string())
    offsets = np.frombuffer(codes.buffers()[1], dtype=np.int64)[codes.offset :][: len(codes) + 1]
    fits = np.diff(offsets) == LENGTH
    if codes.null_count:
        fits &= np.asarray(codes.is_valid())
    if not fits.any():
        return np.empty((0, LENGTH), dtype=np.uint8), fits
    data = np.frombuffer(codes.buffers()[2], dtype=np.uint8)
    return data[offsets[:-1][fits][:, None] + np.arange(LENGTH)], fits


def is_uscc(codes: pa.Array) -> Flags:
    """Which are valid codes of organizations; a null is not."""
    matrix, result = bytes_of(codes)
    values = _USCC[matrix]
    result[result] = (values >= 0).all(axis=1) & (values @ _USCC_WEIGHTS % 31 == 0)
    return result


def is_identity_number(codes: pa.Array) -> Flags:
    """Which are valid numbers of persons: digits, a day of the calendar, the check digit or X."""
    matrix, result = bytes_of(codes)
    digits = matrix.astype(np.int32) - ord("0")
    is_digit = (digits >= 0) & (digits <= 9)
    is_x = matrix[:, 17] == ord("X")
    digits[:, 17][is_x] = 10
    year = digits[:, 6:10] @ np.array([1000, 100, 10, 1])
    month, day = digits[:, 10] * 10 + digits[:, 11], digits[:, 12] * 10 + digits[:, 13]
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days = _MONTH_DAYS[np.clip(month, 0, 99)] + (is_leap & (month == 2))
    result[result] = (
        is_digit[:, :17].all(axis=1)
        & (is_digit[:, 17] | is_x)
        & (year > 0)
        & (day >= 1)
        & (day <= days)
        & (digits @ _IDENTITY_WEIGHTS % 11 == 1)
    )
    return result
