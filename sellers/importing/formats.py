"""The canonical files: their columns, and how a header is matched to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sellers.importing.problems import FileProblemError, shown
from sellers.models import FileRole, Observation


class Kind(StrEnum):
    """What the cells of a column are, and so how they are read."""

    REF = "reference"
    TEXT = "text"
    TIME = "time"
    DAY = "day"
    AMOUNT = "amount"
    NUMBER = "number"
    COUNT = "count"
    RATING = "rating"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a canonical file: what it holds, and whether it must be there.

    ``without`` says what stays unknown where the file does not have it.
    """

    name: str
    about: str
    example: str = ""
    required: bool = False
    kind: Kind = Kind.TEXT
    without: str = ""


_WHEN = "ISO 8601; without a zone it is the seller's time"
_RATING = "1 to 5; blank or 0 if not rated"
_SELLER = Column("seller", "handle of the seller; may be left out if one was chosen", "demo-writer")
_PLATFORM = Column(
    "platform", "fiverr, upwork or other; fiverr if blank", "fiverr", kind=Kind.CHOICE
)
_ZONE = Column("time_zone", "such as Europe/Berlin; for sellers not known yet", "Europe/Berlin")


def _time(name: str, about: str, example: str = "", **more: Any) -> Column:
    return Column(name, about, example, kind=Kind.TIME, **more)


def _stars(name: str, about: str, example: str = "") -> Column:
    return Column(name, about, example, kind=Kind.RATING)


ORDER_COLUMNS = (
    _SELLER,
    _PLATFORM,
    Column(
        "gig", "the platform's identifier of the gig", "book-editing", required=True, kind=Kind.REF
    ),
    Column(
        "gig_title",
        "title of the gig",
        "I will edit your book",
        without="gigs are shown by their identifier",
    ),
    Column(
        "category",
        "category of the gig",
        "Writing",
        without="gigs are not compared within a category",
    ),
    Column(
        "price_band",
        "price band of the gig",
        "mid",
        without="gigs are not compared within a price band",
    ),
    Column(
        "order_ref", "the platform's order number", "FO61B2C3D4E5", required=True, kind=Kind.REF
    ),
    Column(
        "buyer",
        "name of the buyer; kept as a code that cannot be read back",
        "buyer-1042",
        without="different clients cannot be counted",
    ),
    _time("ordered_at", _WHEN, "2024-03-01T09:30:00", required=True),
    _time(
        "due_at",
        "when delivery was due; a day alone means its end",
        "2024-03-06",
        without="delivery time stays unknown",
    ),
    _time("extended_due_at", "the later due time that the buyer accepted"),
    _time(
        "delivered_at",
        "first delivery",
        "2024-03-05T18:00:00Z",
        without="delivery time stays unknown",
    ),
    _time(
        "completed_at",
        "when the order was completed",
        "2024-03-08T18:00:00Z",
        without="the day on which an order ended is taken from its delivery, or stays unknown",
    ),
    _time(
        "cancelled_at",
        "when the order was cancelled",
        without="the day of a cancellation stays unknown",
    ),
    Column(
        "status",
        "completed, cancelled or open",
        "completed",
        required=True,
        kind=Kind.CHOICE,
    ),
    Column(
        "cancelled_by",
        "seller, client, mutual or platform",
        kind=Kind.CHOICE,
        without="a cancellation counts half, because nobody knows whose it was",
    ),
    Column(
        "requirements_in",
        "yes or no: had the buyer sent the requirements?",
        "yes",
        kind=Kind.CHOICE,
        without="a cancellation before the requirements cannot be told from one after",
    ),
    Column(
        "amount",
        "price, a point before the cents, no other signs",
        "120.00",
        kind=Kind.AMOUNT,
        without="every order weighs the same, and earnings stay unknown",
    ),
    Column("currency", "three letters; the seller's currency if blank", "USD", kind=Kind.CHOICE),
    Column("revisions", "how many revisions were asked for", "1", kind=Kind.COUNT),
    Column(
        "disputes",
        "how many disputes were opened",
        "0",
        kind=Kind.COUNT,
        without="conflicts stay unknown",
    ),
    Column(
        "excluded_on",
        "first day on which a ruling takes the cancellation out",
        kind=Kind.DAY,
    ),
    Column("excluded_reason", "the ruling in words"),
    _ZONE,
)

REVIEW_COLUMNS = (
    _SELLER,
    _PLATFORM,
    Column(
        "order_ref",
        "number of the order that it reviews",
        "FO61B2C3D4E5",
        required=True,
        kind=Kind.REF,
    ),
    Column("review_ref", "the platform's identifier of the review", "R-1001", kind=Kind.REF),
    _time("posted_at", _WHEN, "2024-03-09", required=True),
    _stars("stars", _RATING, "5"),
    _stars("communication", f"until 2024: {_RATING}"),
    _stars("service_as_described", f"until 2024: {_RATING}"),
    _stars("buy_again", f"until 2024: {_RATING}"),
    _stars("quality_of_delivery", f"since 2024: {_RATING}", "5"),
    _stars("working_with", f"since 2024: {_RATING}", "5"),
    _stars("value_for_money", f"since 2024: {_RATING}", "4"),
    _time("removed_at", "when the platform removed the review"),
    Column("text", "what the buyer wrote", "Thoughtful, quick and kind."),
    _ZONE,
)

GIG_COLUMNS = (
    _SELLER,
    _PLATFORM,
    Column(
        "gig", "the platform's identifier of the gig", "book-editing", required=True, kind=Kind.REF
    ),
    Column("gig_title", "title of the gig", "I will edit your book"),
    Column("category", "category of the gig", "Writing"),
    Column("price_band", "price band of the gig", "mid"),
    Column("is_active", "yes or no: can it be ordered?", "yes", kind=Kind.CHOICE),
)

INQUIRY_COLUMNS = (
    _SELLER,
    _PLATFORM,
    Column(
        "inquiry_ref",
        "what tells this conversation from others",
        "chat-2041",
        required=True,
        kind=Kind.REF,
    ),
    _time(
        "first_message_at",
        f"first message of the client: {_WHEN}",
        "2024-03-01T09:30",
        required=True,
    ),
    _time(
        "first_reply_at",
        "the seller's first reply; blank if there was none",
        "2024-03-01T11:05",
        without="whether clients were answered stays unknown",
    ),
    _ZONE,
)

OBSERVATION_COLUMNS = (
    _SELLER,
    _PLATFORM,
    Column("gig", "the platform's identifier of the gig, where it is about one", kind=Kind.REF),
    Column(
        "day", "the day on which the platform showed it", "2024-03-10", required=True, kind=Kind.DAY
    ),
    Column(
        "kind",
        "what was shown: " + ", ".join(Observation.Kind.values),
        "score",
        required=True,
        kind=Kind.CHOICE,
    ),
    Column("area", "which area, for impact labels", kind=Kind.TEXT),
    Column("value", "the number that was shown", "8", kind=Kind.NUMBER),
    Column("label", "the word that was shown"),
    Column("words", "what the platform said, word for word"),
)

COLUMNS: Mapping[FileRole, tuple[Column, ...]] = {
    FileRole.ORDERS: ORDER_COLUMNS,
    FileRole.REVIEWS: REVIEW_COLUMNS,
    FileRole.GIGS: GIG_COLUMNS,
    FileRole.INQUIRIES: INQUIRY_COLUMNS,
    FileRole.OBSERVATIONS: OBSERVATION_COLUMNS,
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
    known = {plain_name(column.name): column.name for column in COLUMNS[role]}
    places: dict[str, int] = {}
    unknown = []
    for place, cell in enumerate(cells):
        name = known.get(plain_name(cell))
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
    names = {plain_name(cell) for cell in cells}
    for other, columns in COLUMNS.items():
        needed = [plain_name(c.name) for c in columns if c.required]
        if other is not role and len(needed) > 1 and names.issuperset(needed):
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


def plain_name(name: str) -> str:
    """A column's name without what does not count: case, blanks, hyphens, underscores."""
    return re.sub(r"[\s_-]+", "", name).casefold()


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def example_file(role: FileRole) -> str:
    """A file of one row that imports, for people to fill."""
    columns = COLUMNS[role]
    cells = [f'"{c.example}"' if "," in c.example else c.example for c in columns]
    return ",".join(c.name for c in columns) + "\n" + ",".join(cells) + "\n"
