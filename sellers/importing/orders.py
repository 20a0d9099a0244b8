"""One block of an orders file → rows that can be staged, and what was refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sellers.importing import cells, columns
from sellers.importing.buyers import buyer_keys, buyer_labels
from sellers.importing.cells import Texts
from sellers.importing.columns import REF_CHARS, BlockCells, Checked, Owners
from sellers.importing.context import Context
from sellers.importing.problems import Problems
from sellers.importing.reading import Block
from sellers.models import CancelledBy, OrderStatus

GIG_CHARS, TITLE_CHARS, CATEGORY_CHARS, BAND_CHARS, WORDS_CHARS = 200, 300, 100, 20, 300
LABEL_CHARS = 100

_STATUS = {
    "completed": str(OrderStatus.COMPLETED.value),
    "cancelled": str(OrderStatus.CANCELLED.value),
    "canceled": str(OrderStatus.CANCELLED.value),
    "open": str(OrderStatus.OPEN.value),
}
_CANCELLED_BY = {
    "seller": str(CancelledBy.SELLER.value),
    "client": str(CancelledBy.CLIENT.value),
    "buyer": str(CancelledBy.CLIENT.value),
    "mutual": str(CancelledBy.MUTUAL.value),
    "platform": str(CancelledBy.PLATFORM.value),
}
YES_NO = {"yes": "t", "no": "f", "true": "t", "false": "f", "1": "t", "0": "f"}
_TIMES = (
    "ordered_at",
    "due_at",
    "extended_due_at",
    "delivered_at",
    "completed_at",
    "cancelled_at",
)
_DUE = ("due_at", "extended_due_at")


def check_orders(block: Block, context: Context) -> Checked:
    """Check every column of a block; rows with a problem are left out of what is staged."""
    given = BlockCells(block)
    problems = Problems(given.rows, list(block.faults))
    cells.unreadable(given.damaged, problems)
    owners = columns.sellers_of(given, context, problems)
    zones = columns.zones_of(given, owners, context, problems)
    cells.required(given["order_ref"], "order_ref", problems, "Enter the platform's order number.")
    cells.required(given["gig"], "gig", problems, "Enter the platform's identifier of the gig.")
    utc = _times(given, zones, context, problems)
    status = cells.choice(given["status"], "status", _STATUS, problems)
    cells.required(given["status"], "status", problems, "Use completed, cancelled or open.")
    _check_state(given, status, problems)
    keys_of_buyers, labels = _buyers(given["buyer"], owners, context)
    staged: dict[str, Texts] = {
        "platform": owners.platforms,
        "handle": owners.handles,
        "zone": zones,
        "gig": cells.text(given["gig"], "gig", GIG_CHARS, problems),
        "gig_title": cells.text(given["gig_title"], "gig_title", TITLE_CHARS, problems),
        "category": cells.text(given["category"], "category", CATEGORY_CHARS, problems),
        "price_band": cells.text(given["price_band"], "price_band", BAND_CHARS, problems),
        "ref": cells.text(given["order_ref"], "order_ref", REF_CHARS, problems),
        "buyer_key": keys_of_buyers,
        "buyer_label": labels,
        "status": status,
        **{name: columns.as_text(utc[name]) for name in _TIMES},
        "cancelled_by": cells.choice(
            given["cancelled_by"], "cancelled_by", _CANCELLED_BY, problems
        ),
        "requirements_in": cells.choice(
            given["requirements_in"], "requirements_in", YES_NO, problems
        ),
        "amount": cells.amount(given["amount"], "amount", problems),
        "currency": _currency(given["currency"], owners, context, problems),
        "revisions": cells.count(given["revisions"], "revisions", problems),
        "disputes": cells.count(given["disputes"], "disputes", problems),
        "excluded_on": columns.days(given["excluded_on"], "excluded_on", context, problems),
        "excluded_reason": cells.text(
            given["excluded_reason"], "excluded_reason", WORDS_CHARS, problems
        ),
    }
    if block.fills_only:
        staged["fills_only"] = ["t"] * given.rows
    return Checked(staged, block.lines, problems)


def _times(
    given: BlockCells, zones: Sequence[str], context: Context, problems: Problems
) -> dict[str, NDArray[np.int64]]:
    """The six times in UTC, each after what it must follow."""
    cells.required(given["ordered_at"], "ordered_at", problems, "Enter when it was ordered.")
    utc = {
        name: columns.times(given[name], name, zones, context, problems, end_of_day=name in _DUE)
        for name in _TIMES
    }
    for name, what in (
        ("due_at", "due"),
        ("delivered_at", "delivered"),
        ("completed_at", "completed"),
        ("cancelled_at", "cancelled"),
    ):
        problems.add(
            columns.before(utc[name], utc["ordered_at"]),
            name,
            given[name],
            f"The order is {what} before it was ordered.",
            f"Compare {name} with ordered_at, and their time zones.",
        )
    problems.add(
        columns.before(utc["extended_due_at"], utc["due_at"]),
        "extended_due_at",
        given["extended_due_at"],
        "The extended due time lies before the first one.",
        "Enter the later time that the buyer accepted, or leave it blank.",
    )
    return utc


def _check_state(given: BlockCells, status: Texts, problems: Problems) -> None:
    """What is said about an end must fit the status."""
    for name in ("cancelled_at", "cancelled_by"):
        if any(given[name]):
            problems.add(
                ~cells.blank(given[name]) & ~_has(status, "cancelled"),
                name,
                given[name],
                "The order is not cancelled, but the row says something about a cancellation.",
                "Set status to cancelled, or leave the cell blank.",
            )
    is_open = _has(status, "open")
    if is_open.any():
        problems.add(
            ~cells.blank(given["completed_at"]) & is_open,
            "completed_at",
            given["completed_at"],
            "The order is open, but the row says when it was completed.",
            "Set status to completed, or leave the cell blank.",
        )


def _has(status: Texts, word: str) -> NDArray[np.bool_]:
    return np.fromiter(map(_STATUS[word].__eq__, status), bool, len(status))


def _currency(given: list[str], owners: Owners, context: Context, problems: Problems) -> Texts:
    """Three letters with a known rate; blank is the currency of a seller already known."""
    upper = {cell: cell.upper() for cell in set(given)}
    codes = [upper[cell] for cell in given]
    if "" in upper:
        known = owners.spread({key: context.currency(key) for key in owners.distinct})
        codes = [code or default for code, default in zip(codes, known, strict=True)]
    cells.required(
        codes,
        "currency",
        problems,
        "Enter three letters such as USD: the seller is not known yet.",
    )
    problems.add(
        cells.mark(codes, lambda code: bool(code) and code not in context.currencies),
        "currency",
        codes,
        "There is no exchange rate for “{value}”.",
        "Correct the code, or have an administrator load a rate (manage.py load_rates).",
    )
    return codes


def _buyers(given: list[str], owners: Owners, context: Context) -> tuple[Texts, Texts]:
    """Keyed hash and label of every buyer; names only where the seller keeps them."""
    if not any(given):
        return given, given
    hashes = _hashes(given, owners)
    labels = buyer_labels(hashes)
    if any(context.keeps_names(key) for key in owners.distinct):
        keeps = owners.spread({key: context.keeps_names(key) for key in owners.distinct})
        labels = [
            name[:LABEL_CHARS] if is_kept else label
            for name, is_kept, label in zip(given, keeps, labels, strict=True)
        ]
    return hashes, labels


def _hashes(given: list[str], owners: Owners) -> Texts:
    """Every distinct name is hashed once for each platform."""
    platforms = set(owners.platforms)
    if len(platforms) == 1:
        hashes = buyer_keys(owners.platforms[0], set(given) - {""}) | {"": ""}
        return [hashes[name] for name in given]
    of_platform = {
        platform: buyer_keys(platform, set(given) - {""}) | {"": ""} for platform in platforms
    }
    return [
        of_platform[platform][name] for platform, name in zip(owners.platforms, given, strict=True)
    ]
