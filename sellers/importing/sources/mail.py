"""Order e-mails as a table: one message (.eml) or an archive of thousands (.mbox).

Messages are read one after the other; what they say about an order — that it began, is due,
was delivered, completed or cancelled — is laid together into one row. The row only fills what
is not known otherwise: an e-mail says little, and says it once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sellers.importing import reading
from sellers.importing.content import open_bytes
from sellers.importing.problems import FileProblemError
from sellers.importing.reading import Chunk
from sellers.importing.sources.messages import OrderNews, read_message

#: Bytes of one message; what is longer carries attachments and says nothing of orders there.
MESSAGE_BYTES = 2 << 20
_LINE_BYTES = 1 << 16
_HEADERS = re.compile(
    rb"(?:From |(?:Delivered-To|Received|Return-Path|Date|From|To|Subject|Message-ID|MIME-Version|"
    rb"X-[\w-]+|DKIM-Signature|ARC-[\w-]+|Content-Type):)",
    re.IGNORECASE,
)
_FIRST_LINES = 3

NAMES = [
    "order_ref",
    "gig",
    "gig_title",
    "buyer",
    "ordered_at",
    "due_at",
    "delivered_at",
    "completed_at",
    "cancelled_at",
    "cancelled_by",
    "status",
    "amount",
    "currency",
]


def is_mail(head: bytes) -> bool:
    """Whether a file begins like a message or an archive of messages."""
    lines = [line for line in head[:4096].splitlines() if line.strip()][:_FIRST_LINES]
    return len(lines) > 1 and all(_HEADERS.match(line) or line[:1] in b" \t" for line in lines)


@dataclass
class MailTable:
    """The orders that a file of e-mails tells of; a row's place is its first message."""

    path: Path
    names: list[str] = field(default_factory=lambda: list(NAMES))
    rows: int = 0
    notes: list[str] = field(default_factory=list)
    place_word: str = "message"

    def chunks(self) -> Iterator[Chunk]:
        orders: dict[str, _Order] = {}
        messages = used = 0
        for messages, data in enumerate(_messages(self.path), start=1):
            news = read_message(data)
            used += bool(news)
            for each in news:
                orders.setdefault(each.ref, _Order(each.ref, messages)).add(each)
        self._note(messages, used, sum(not order.has_start for order in orders.values()))
        found = list(orders.values())
        for begin in range(0, len(found), reading.BLOCK_ROWS):
            part = found[begin : begin + reading.BLOCK_ROWS]
            yield Chunk([order.message for order in part], [order.cells() for order in part])

    def _note(self, messages: int, used: int, unstarted: int) -> None:
        if not used:
            raise FileProblemError(
                f"None of the {messages:,} messages tells of an order on Fiverr. Export the "
                "messages from noreply@e.fiverr.com."
            )
        self.notes = [
            f"{used:,} of {messages:,} messages tell of orders; the others were passed over."
        ]
        if unstarted:
            self.notes.append(
                f"Of {unstarted:,} order{'s' * (unstarted != 1)} the first e-mail is not there: "
                "where nothing else says when it was placed, the time of the earliest is taken."
            )


def _messages(path: Path) -> Iterator[bytes]:
    """The messages of a file, each cut to a length; one where it is no archive."""
    parts: list[bytes] = []
    size = 0
    with open_bytes(path) as file:
        blank, archive = True, False
        while line := file.readline(_LINE_BYTES):
            begins = blank and line.startswith(b"From ")
            if begins and (archive or not parts):
                if parts:
                    yield b"".join(parts)
                parts, size, archive = [], 0, True
            elif size < MESSAGE_BYTES:
                parts.append(line)
                size += len(line)
            blank = not line.strip()
    if parts:
        yield b"".join(parts)


@dataclass
class _Order:
    """What the messages say about one order, together."""

    ref: str
    message: int
    facts: dict[str, str] = field(default_factory=dict)
    has_start: bool = False
    earliest: str = ""

    def add(self, news: OrderNews) -> None:
        """The first message that knows a fact gives it; the earliest time of each event counts."""
        self.has_start |= "ordered_at" in news.facts
        if news.at and (not self.earliest or news.at < self.earliest):
            self.earliest = news.at
        for name, value in news.facts.items():
            known = self.facts.get(name)
            if known is None or (name.endswith("_at") and name != "due_at" and value < known):
                self.facts[name] = value

    def cells(self) -> list[str]:
        facts = {"order_ref": self.ref, "ordered_at": self.earliest, **self.facts}
        cancelled = "cancelled_at" in facts
        facts["status"] = (
            "cancelled" if cancelled else "completed" if "completed_at" in facts else "open"
        )
        if cancelled:
            facts.pop("completed_at", None)
        else:
            facts.pop("cancelled_by", None)
        facts.setdefault("currency", "USD")
        facts["gig"] = facts.get("gig_title", "") or "unknown-gig"
        return [facts.get(name, "") for name in NAMES]
