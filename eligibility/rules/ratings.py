"""The rating of every day for many subjects: the window hangs on the latest review.

Equal to :func:`metrics.engine.rating.rating_of`. One pass over the days of a subject with
sums by the day of posting; what the window covers changes only on days on which a version
begins or ends, so the passing of days costs nothing else.
"""

from __future__ import annotations

import numpy as np

from eligibility.rules.axis import Axis
from eligibility.rules.items import ItemColumns
from metrics.engine.columns import Int64
from metrics.engine.compiled import compiled


@compiled
def _sweep(
    span: tuple[int, int, int],
    base: int,
    window: int,
    events: tuple[Int64, Int64, Int64, Int64],
    scratch: tuple[Int64, Int64],
    out: tuple[Int64, Int64, Int64],
    written: int,
) -> int:
    """Sums of one subject at each day with an event; returns how many are written in all.

    ``events`` are ascending days with the day of posting, the hundredths and +1 or −1;
    ``base`` is the first day of posting; ``span`` is the first flat entry, its day, and the
    entry behind the last. ``scratch`` holds zeros, by posting day from ``base`` on, and is
    left so.
    """
    day, posted, stars, sign = events
    count_by_day, stars_by_day = scratch
    place, total_stars, total = out
    latest, bottom, count, hundredths = -1, 0, 0, 0
    for i in range(len(day)):
        at = posted[i] - base
        count_by_day[at] += sign[i]
        stars_by_day[at] += sign[i] * stars[i]
        if bottom <= at <= latest:
            count += sign[i]
            hundredths += sign[i] * stars[i]
        elif at > latest:
            for between in range(latest + 1, at + 1):
                count += count_by_day[between]
                hundredths += stars_by_day[between]
            latest = at
        while latest >= 0 and count_by_day[latest] == 0:
            latest -= 1
        lowest = max(latest - window + 1, 0)
        while bottom < lowest:
            count -= count_by_day[bottom]
            hundredths -= stars_by_day[bottom]
            bottom += 1
        while bottom > lowest:
            bottom -= 1
            count += count_by_day[bottom]
            hundredths += stars_by_day[bottom]
        if i + 1 < len(day) and day[i + 1] == day[i]:
            continue
        entry = span[0] + max(day[i] - span[1], 0)
        if entry >= span[2]:
            break
        if written > 0 and place[written - 1] == entry:
            written -= 1
        place[written], total_stars[written], total[written] = entry, hundredths, count
        written += 1
    for i in range(len(day)):
        count_by_day[posted[i] - base] = 0
        stars_by_day[posted[i] - base] = 0
    return written


@compiled
def _sweep_all(
    axis: tuple[Int64, Int64],
    window: int,
    event_range: Int64,
    base: Int64,
    events: tuple[Int64, Int64, Int64, Int64],
    scratch: tuple[Int64, Int64],
    out: tuple[Int64, Int64, Int64],
) -> int:
    """Every subject in turn; one without reviews, or with none yet, begins with zeros."""
    first_day, offset = axis
    day, posted, stars, sign = events
    written = 0
    for subject in range(len(first_day)):
        if offset[subject] == offset[subject + 1]:
            continue
        out[0][written], out[1][written], out[2][written] = offset[subject], 0, 0
        written += 1
        low, high = event_range[subject], event_range[subject + 1]
        if low == high:
            continue
        span = (offset[subject], first_day[subject], offset[subject + 1])
        own = (day[low:high], posted[low:high], stars[low:high], sign[low:high])
        written = _sweep(span, base[subject], window, own, scratch, out, written)
    return written


def rating_runs(
    items: ItemColumns, posted_day: Int64, axis: Axis, window: int
) -> tuple[Int64, Int64, Int64]:
    """Hundredths of stars and number of reviews inside the window, as runs.

    Parameters
    ----------
    items : versions of reviews (:func:`eligibility.rules.items.reviews`)
    posted_day : shape (items,), the day that decides about the window

    Returns
    -------
    place, hundredths, count
        The values of the flat entries from ``place[i]`` up to ``place[i + 1]``. Every subject
        with days begins a run; neighbouring runs may hold the same values.
    """
    lasting = np.flatnonzero(items.end_day > items.start_day)
    subject = np.tile(items.subject[lasting], 2)
    day = np.concatenate((items.start_day[lasting], items.end_day[lasting]))
    posted = np.tile(posted_day[lasting], 2)
    stars = np.tile(items.low_num[lasting], 2)
    sign = np.repeat(np.array([1, -1], np.int64), len(lasting))
    # Days beyond the last are never reached; leaving them out keeps the sort small.
    near = np.flatnonzero(day < axis.end_day[subject])
    order = near[np.lexsort((day[near], subject[near]))]
    subject = subject[order]
    event_range = np.searchsorted(subject, np.arange(axis.subjects + 1))
    base = np.full(axis.subjects, np.iinfo(np.int64).max)
    np.minimum.at(base, subject, posted[order])
    reach = int((posted[order] - base[subject]).max(initial=0)) + 1
    room = len(order) + axis.subjects
    out = (np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64))
    written = _sweep_all(
        (axis.first_day, axis.offset),
        window,
        event_range.astype(np.int64),
        base,
        (day[order], posted[order], stars[order], sign[order]),
        (np.zeros(reach, np.int64), np.zeros(reach, np.int64)),
        out,
    )
    return out[0][:written], out[1][:written], out[2][:written]
