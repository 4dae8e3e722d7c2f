""" "Show more": continue after the rows that the reader has seen, whatever has changed since.

The lists are sorted by urgency, which changes: somebody logs a call, answers get worse, time passes. So a position in
such a list says nothing about the next page. Instead, the link carries a mark for each row that was shown.
"""

import base64
import binascii
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from server.clock import EPOCH

MARK = 12  # hex characters of a row's id: among a million rows, two share a mark once in 500 lists
BYTES = MARK // 2


def mark(row_id: str) -> str:
    return row_id[:MARK]


def pack(shown: Collection[str], row_ids: Iterable[str]) -> str:
    """The marks of the rows shown before and of these rows, for a URL."""
    marks = sorted({*shown, *map(mark, row_ids)})
    return base64.urlsafe_b64encode(bytes.fromhex("".join(marks))).decode().rstrip("=")


def unpack(after: str) -> frozenset[str]:
    """The marks in a URL; none if the URL is not one of ours."""
    try:
        packed = base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return frozenset()
    return frozenset(packed[at : at + BYTES].hex() for at in range(0, len(packed) // BYTES * BYTES, BYTES))


def pack_moment(moment: datetime, row_id: str) -> str:
    """A position in a list that is sorted by a moment. It stays valid if the row gets another moment, or none."""
    return f"{(moment - EPOCH) // timedelta(microseconds=1)}-{row_id}"


def unpack_moment(after: str) -> tuple[datetime, str] | None:
    micros, _, row_id = after.partition("-")
    try:
        return EPOCH + timedelta(microseconds=int(micros)), row_id
    except (ValueError, OverflowError):
        return None
