"""The two canonical files: their columns, and how a header is matched to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sellers.importing.problems import FileProblemError, shown
from sellers.models import FileRole


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a canonical file: whether it must be there, and what goes into it."""

    name: str
    about: str
    example: str = ""
    required: bool = False


_WHEN = "ISO 8601; without a zone it is the seller's time"
_RATING = "1 to 5; blank or 0 if not rated"

ORDER_COLUMNS = (
    Column("seller", "handle of the seller; may be left out if one was chosen", "demo-writer"),
    Column("platform", "fiverr, upwork or other; fiverr if blank", "fiverr"),
    Column("gig", "the platform's identifier of the gig", "book-editing", required=True),
    Column("gig_title", "title of the gig", "I will edit your book"),
    Column("category", "category of the gig", "Writing"),
    Column("price_band", "price band of the gig", "mid"),
    Column("order_ref", "the platform's order number", "FO61B2C3D4E5", required=True),
    Column("buyer", "name of the buyer; kept as a code that cannot be read back", "buyer-1042"),
    Column("ordered_at", _WHEN, "2024-03-01T09:30:00", required=True),
    Column("due_at", "when delivery was due; a day alone means its end", "2024-03-06"),
    Column("extended_due_at", "the later due time that the buyer accepted"),
    Column("delivered_at", "first delivery", "2024-03-05T18:00:00Z"),
    Column("completed_at", "when the order was completed", "2024-03-08T18:00:00Z"),
    Column("cancelled_at", "when the order was cancelled"),
    Column("status", "completed, cancelled or open", "completed", required=True),
    Column("cancelled_by", "seller, client, mutual or platform"),
    Column("requirements_in", "yes or no: had the buyer sent the requirements?", "yes"),
    Column("amount", "price, a point before the cents, no other signs", "120.00"),
    Column("currency", "three letters; the seller's currency if blank", "USD"),
    Column("revisions", "how many revisions were asked for", "1"),
    Column("disputes", "how many disputes were opened", "0"),
    Column("excluded_on", "first day on which a ruling takes the cancellation out"),
    Column("excluded_reason", "the ruling in words"),
    Column("time_zone", "such as Europe/Berlin; for sellers not known yet", "Europe/Berlin"),
)

REVIEW_COLUMNS = (
    Column("seller", "handle of the seller; may be left out if one was chosen", "demo-writer"),
    Column("platform", "fiverr, upwork or other; fiverr if blank", "fiverr"),
    Column("order_ref", "number of the order that it reviews", "FO61B2C3D4E5", required=True),
    Column("review_ref", "the platform's identifier of the review", "R-1001"),
    Column("posted_at", _WHEN, "2024-03-09", required=True),
    Column("stars", _RATING, "5"),
    Column("communication", f"until 2024: {_RATING}"),
    Column("service_as_described", f"until 2024: {_RATING}"),
    Column("buy_again", f"until 2024: {_RATING}"),
    Column("quality_of_delivery", f"since 2024: {_RATING}", "5"),
    Column("working_with", f"since 2024: {_RATING}", "5"),
    Column("value_for_money", f"since 2024: {_RATING}", "4"),
    Column("removed_at", "when the platform removed the review"),
    Column("text", "what the buyer wrote", "Thoughtful, quick and kind."),
    Column("time_zone", "such as Europe/Berlin; for sellers not known yet", "Europe/Berlin"),
)

COLUMNS: Mapping[FileRole, tuple[Column, ...]] = {
    FileRole.ORDERS: ORDER_COLUMNS,
    FileRole.REVIEWS: REVIEW_COLUMNS,
}


@dataclass(frozen=True, slots=True)
class Header:
    """Where the known columns stand in a file, and what else it holds."""

    width: int
    places: dict[str, int]
    unknown: tuple[str, ...]


def match_header(cells: Sequence[str], role: FileRole) -> Header:
    """Find the columns of a file by name; case, blanks, hyphens and underscores do not count.

    Raises
    ------
    FileProblemError
        When a required column is missing, a column is there twice, or this is no such file.
    """
    known = {_plain(column.name): column.name for column in COLUMNS[role]}
    places: dict[str, int] = {}
    unknown = []
    for place, cell in enumerate(cells):
        name = known.get(_plain(cell))
        if name is None:
            unknown.append(shown(cell.strip()) or f"(column {place + 1} has no name)")
        elif name in places:
            raise FileProblemError(f"The column “{name}” is there twice. Remove one of them.")
        else:
            places[name] = place
    if not places:
        raise FileProblemError(_no_known_column(cells, role))
    _check_required(places, cells, role)
    return Header(len(cells), places, tuple(unknown))


def _check_required(places: Mapping[str, int], cells: Sequence[str], role: FileRole) -> None:
    missing = [c.name for c in COLUMNS[role] if c.required and c.name not in places]
    if not missing:
        return
    other = FileRole.REVIEWS if role is FileRole.ORDERS else FileRole.ORDERS
    names = {_plain(cell) for cell in cells}
    if all(_plain(c.name) in names for c in COLUMNS[other] if c.required):
        raise FileProblemError(
            f"This looks like a file of {other.label}, but was given as {role.label}. "
            f"Choose it in the field for {other.label}."
        )
    raise FileProblemError(
        f"The file has no column {_listed(missing)}, which every file of {role.label} needs. "
        "Add it, or compare with the example file."
    )


def _no_known_column(cells: Sequence[str], role: FileRole) -> str:
    required = _listed([c.name for c in COLUMNS[role] if c.required])
    return (
        "The first line names none of the known columns: "
        f"“{shown(', '.join(cells))[:120]}”. A file of {role.label} begins with a line of column "
        f"names, among them {required}. Compare with the example file."
    )


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def example_file(role: FileRole) -> str:
    """A file of one row that imports, for people to fill."""
    columns = COLUMNS[role]
    cells = [f'"{c.example}"' if "," in c.example else c.example for c in columns]
    return ",".join(c.name for c in columns) + "\n" + ",".join(cells) + "\n"
