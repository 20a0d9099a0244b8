"""Reads rows of fixed width from PostgreSQL by binary COPY, without parsing them one by one.

Every selected column has to be NOT NULL and of fixed width (coalesce unknowns to a mark),
so that each row has the same length and the whole answer is one structured array.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

_HEADER_BYTES = 19  # signature 11, flags 4, length of the (empty) extension 4
_TRAILER_BYTES = 2  # a field count of −1

#: PostgreSQL type → how its binary form reads.
WIDTHS: Mapping[str, str] = {
    "int2": ">i2",
    "int4": ">i4",
    "int8": ">i8",
    "float8": ">f8",
    "timestamptz": ">i8",
    "date": ">i4",
    "char3": "S3",
}

#: Microseconds from 1970-01-01 to 2000-01-01, PostgreSQL's origin of timestamps.
POSTGRES_EPOCH_US = 946_684_800_000_000
#: Days between the same two.
POSTGRES_EPOCH_DAYS = 10_957
#: ``'-infinity'`` in a timestamptz, our mark for "unknown" inside arrays.
UNKNOWN_TIME = np.iinfo(np.int64).min
#: ``'-infinity'`` in a date.
UNKNOWN_DATE = np.iinfo(np.int32).min


def read_columns(query: str, params: Sequence[Any], columns: Mapping[str, str]) -> NDArray[np.void]:
    """Run ``query`` and give its rows as a structured array.

    Parameters
    ----------
    query : a SELECT whose output columns match ``columns`` in order
    columns : name → type, a key of :data:`WIDTHS`

    Raises
    ------
    ValueError
        The answer is not a whole number of rows of that width.
    """
    fields: list[tuple[str, str]] = [("_fields", ">i2")]
    for name, kind in columns.items():
        fields += [(f"_len_{name}", ">i4"), (name, WIDTHS[kind])]
    row = np.dtype(fields)
    # Composed first: the cursor that counts and logs queries takes a statement alone.
    ops: Any = connection.ops  # compose_sql belongs to the PostgreSQL backend alone
    statement = ops.compose_sql(f"COPY ({query}) TO STDOUT (FORMAT BINARY)", params)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        answer = b"".join(copy)
    body = len(answer) - _HEADER_BYTES - _TRAILER_BYTES
    rows, rest = divmod(body, row.itemsize)
    found = np.frombuffer(answer, row, count=rows, offset=_HEADER_BYTES)
    if rest or (rows and not (found["_fields"] == len(columns)).all()):
        raise ValueError("a selected column is NULL or not of the width that was named")
    return found
