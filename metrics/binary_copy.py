"""Moves many rows by binary COPY: columns into arrays, and rows into tables.

Columns of fixed width are read without a Python step per row: the server gathers each column into
one array and COPY sends them as a single binary row, so that two million rows arrive as fourteen
pieces of memory that numpy views as they are. (COPY of the rows themselves would be one protocol
message, and one Python step, a row.)

Every selected column has to be NOT NULL and of fixed width: coalesce unknowns to a mark.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Model
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]

#: PostgreSQL type → its binary form, and what it reads as.
WIDTHS: Mapping[str, tuple[str, str]] = {
    "int2": (">i2", "i2"),
    "int4": (">i4", "i4"),
    "int8": (">i8", "i8"),
    "float8": (">f8", "f8"),
    "timestamptz": (">i8", "i8"),
    "date": (">i4", "i4"),
    "char3": ("S3", "S3"),
}

#: Microseconds from 1970-01-01 to 2000-01-01, PostgreSQL's origin of timestamps.
POSTGRES_EPOCH_US = 946_684_800_000_000
#: Days between the same two.
POSTGRES_EPOCH_DAYS = 10_957
#: What Python calls 2000-01-01.
_FIRST_ORDINAL = date(2000, 1, 1).toordinal()
#: ``'-infinity'`` in a timestamptz, our mark for "unknown" inside arrays.
UNKNOWN_TIME = np.iinfo(np.int64).min
#: ``'-infinity'`` in a date.
UNKNOWN_DATE = np.iinfo(np.int32).min

#: Signature 11 bytes, flags 4, length of the (empty) extension 4, number of columns 2.
_HEADER_BYTES = 21
#: Dimensions, flags, element type, length, lower bound.
_ARRAY_HEADER = struct.Struct(">iiiii")
_LENGTH = struct.Struct(">i")


def read_columns(query: str, params: Sequence[Any], columns: Mapping[str, str]) -> Columns:
    """Run ``query`` and give its columns.

    Parameters
    ----------
    query : a SELECT whose output columns match ``columns`` in order
    columns : name → type, a key of :data:`WIDTHS`

    Returns
    -------
    name → array of shape (rows,); all in one order, which is no order in particular

    Raises
    ------
    ValueError
        A selected column is NULL somewhere, or not of the width that was named.
    """
    gathered = ", ".join(f"array_agg({name})" for name in columns)
    # Composed first: the cursor that counts and logs queries takes a statement alone.
    ops: Any = connection.ops  # compose_sql belongs to the PostgreSQL backend alone
    statement = ops.compose_sql(
        f"COPY (SELECT {gathered} FROM ({query}) AS q ({', '.join(columns)}))"  # noqa: S608
        " TO STDOUT (FORMAT BINARY)",
        params,
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        answer = b"".join(copy)
    found: Columns = {}
    offset = _HEADER_BYTES
    for name, kind in columns.items():
        found[name], offset = _array(answer, offset, kind)
    return found


def write_rows(
    model: type[Model], columns: Mapping[str, str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows into the table of a model.

    Parameters
    ----------
    columns : name → PostgreSQL type, in the order of the values of a row. Named one by one
        because a row may hold NULL or a small number, which tell no type
    """
    names = ", ".join(f'"{column}"' for column in columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN (FORMAT BINARY)') as copy,
    ):
        # A date in binary is a number of days: made here, it takes a tenth of the driver's time.
        copy.set_types(["int4" if kind == "date" else kind for kind in columns.values()])
        dates = [at for at, kind in enumerate(columns.values()) if kind == "date"]
        for row in rows:
            values = list(row)
            for at in dates:
                if values[at] is not None:
                    values[at] = values[at].toordinal() - _FIRST_ORDINAL
            copy.write_row(values)


def _array(answer: bytes, offset: int, kind: str) -> tuple[NDArray[Any], int]:
    """One gathered column and where the next begins; no row at all arrives as NULL."""
    stored, native = WIDTHS[kind]
    (size,) = _LENGTH.unpack_from(answer, offset)
    offset += _LENGTH.size
    if size < 0:
        return np.empty(0, native), offset
    _, has_nulls, _, rows, _ = _ARRAY_HEADER.unpack_from(answer, offset)
    element = np.dtype([("length", ">i4"), ("value", stored)])
    width = np.dtype(stored).itemsize
    if has_nulls or size != _ARRAY_HEADER.size + rows * element.itemsize:
        raise ValueError(f"a column holds NULL, or is not {width} bytes wide")
    body = np.frombuffer(answer, element, count=rows, offset=offset + _ARRAY_HEADER.size)
    if not (body["length"] == width).all():
        raise ValueError(f"a column is not {width} bytes wide")
    return body["value"].astype(native), offset + size
