"""One e-mail → what it says about orders."""

from __future__ import annotations

import datetime as dt
import email
import email.header
import email.message
import email.policy
import re
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser

from sellers.importing.mapping.dates import NotADateError, read_time
from sellers.importing.mapping.numbers import NotANumberError, currency_of, read_number

#: Characters of a message that are looked at.
_CHARS = 200_000
_REF = re.compile(r"(?<![0-9A-Za-z])FO[0-9A-F]{10,11}(?![0-9A-Za-z])")
_SENDER = re.compile(r"@(?:[\w-]+\.)*fiverr\.com(?![\w.-])", re.IGNORECASE)
_BUYER = re.compile(
    r"(?:received an order from|order from|ordered by|buyer:)\s+@?([\w.\-]{2,40})", re.IGNORECASE
)
_TITLE = re.compile(r"\b(I will [^\n\r\"“”]{3,200})", re.IGNORECASE)
_TOTAL = re.compile(
    r"\b(?:order total|total|price|amount)\s*:?\s*([^\s\d]{0,3}\s?\d[\d,.]*)", re.IGNORECASE
)
_DUE = re.compile(
    r"\b(?:is due|due on|due by|due date|delivery date|deliver by)\s*:?\s*(?:on\s+)?"
    r"((?:[A-Z][a-z]{2},?\s+)?[A-Z][a-z]{2,8}\.?\s+\d{1,2}(?:,?\s+\d{4})?"
    r"(?:,?\s+(?:at\s+)?\d{1,2}:\d\d(?:\s?[AP]M)?)?)"
)


def _said(*forms: str) -> re.Pattern[str]:
    order = r"order (?:#?FO[0-9A-F]+ )?"
    return re.compile(
        "|".join(rf"\b{form}".replace("ORDER ", order) for form in forms), re.IGNORECASE
    )


#: What a subject or a sentence says that happened; the first that fits counts.
_EVENTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "cancelled_at",
        _said(
            r"ORDER (?:was |has been |is )?cancel+ed\b",
            r"cancel+ed (?:your|the|this) order\b",
            r"cancel+ation (?:of|was accepted)\b",
        ),
    ),
    (
        "completed_at",
        _said(
            r"ORDER (?:was |has been |is |is now )?(?:marked as )?completed?\b",
            r"accepted your delivery\b",
        ),
    ),
    (
        "delivered_at",
        _said(
            r"you(?:'ve|’ve| have)? delivered\b",
            r"your delivery (?:was|has been) sent\b",
            r"ORDER (?:was |has been )?delivered\b",
        ),
    ),
    (
        "ordered_at",
        _said(
            r"you(?:'ve|’ve| have)? received an order\b",
            r"new order\b",
            r"placed an order\b",
            r"ORDER (?:has )?started\b",
        ),
    ),
)
_BY: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("mutual", re.compile(r"\bmutual(?:ly)?\b", re.IGNORECASE)),
    ("client", re.compile(r"\bby (?:the |your )?(?:buyer|client)\b", re.IGNORECASE)),
    ("seller", re.compile(r"\b(?:you cancel+ed|by you)\b", re.IGNORECASE)),
    ("platform", re.compile(r"\bby (?:fiverr|customer support|our team)\b", re.IGNORECASE)),
)


@dataclass(frozen=True)
class OrderNews:
    """What one message says about one order: when it was sent, and facts in our columns."""

    ref: str
    at: str
    facts: dict[str, str] = field(default_factory=dict)


def read_message(data: bytes) -> list[OrderNews]:
    """What a message says about orders; nothing where it is not from the platform.

    A message that is damaged says nothing; it is never an error.
    """
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        sender, subject = _header(message, "From"), _header(message, "Subject")
        if not _SENDER.search(sender):
            return []
        sent = _sent(message)
        text = f"{subject}\n{_body(message)}"[:_CHARS]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []  # the standard parser meets things in the wild that no standard foresaw
    refs = list(dict.fromkeys(_REF.findall(text)))
    if len(refs) != 1 or sent is None:
        return []
    facts = _facts(subject, text, sent)
    return [OrderNews(refs[0], sent.isoformat(), facts)] if facts else []


def _facts(subject: str, text: str, sent: dt.datetime) -> dict[str, str]:
    facts: dict[str, str] = {}
    event = next((e for part in (subject, text) for e, said in _EVENTS if said.search(part)), "")
    if event:
        facts[event] = sent.isoformat()
    if event == "cancelled_at":
        by = next((by for by, said in _BY if said.search(text)), "")
        facts |= {"cancelled_by": by} if by else {}
    if buyer := _BUYER.search(text):
        facts["buyer"] = buyer[1].rstrip(".")
    if title := _TITLE.search(text):
        facts["gig_title"] = " ".join(title[1].split())
    if total := _TOTAL.search(text):
        facts |= _money(total[1].rstrip(".,"))
    if due := _DUE.search(text):
        facts |= _due(due[1], sent)
    return facts


def _money(cell: str) -> dict[str, str]:
    try:
        amount = read_number(cell, ".")
    except NotANumberError:
        return {}
    codes = currency_of(cell)
    return {"amount": amount, "currency": codes[0]} if codes else {"amount": amount}


def _due(cell: str, sent: dt.datetime) -> dict[str, str]:
    """The due time; without a year it is the first such day after the message."""
    try:
        due = read_time(cell, "", sent.date(), ahead=True)
        if dt.date.fromisoformat(due[:10]) < sent.date() - dt.timedelta(days=31):
            due = read_time(cell, "", sent.date().replace(year=sent.year + 1, day=1), ahead=True)
    except NotADateError:
        return {}
    return {"due_at": due}


def _sent(message: email.message.Message) -> dt.datetime | None:
    sent = parsedate_to_datetime(_header(message, "Date"))
    if sent.tzinfo is None:
        sent = sent.replace(tzinfo=dt.UTC)
    sent = sent.astimezone(dt.UTC)
    return sent if sent.year >= 2000 else None


def _header(message: email.message.Message, name: str) -> str:
    """A header in plain words, whatever it is packed in."""
    raw = message.get(name, "")
    parts = email.header.decode_header(str(raw))
    return "".join(
        part if isinstance(part, str) else part.decode(charset or "utf-8", "replace")
        for part, charset in parts
    )


def _body(message: email.message.Message) -> str:
    """The text of a message: its plain part, else its HTML without marks."""
    found: dict[str, str] = {}
    for part in message.walk():
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and kind not in found:
            payload = part.get_payload(decode=True)
            charset = part.get_content_charset() or "utf-8"
            if isinstance(payload, bytes):
                found[kind] = payload[: 4 * _CHARS].decode(_known(charset), "replace")
    plain = found.get("text/plain", "")
    return plain if _REF.search(plain) else f"{plain}\n{_without_marks(found.get('text/html', ''))}"


def _known(charset: str) -> str:
    try:
        "".encode(charset)
    except (LookupError, UnicodeError):
        return "utf-8"
    return charset


def _without_marks(html: str) -> str:
    reader = _TextReader()
    reader.feed(html[:_CHARS])
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)


class _TextReader(HTMLParser):
    """Collects the visible text of a page, a line for each block."""

    _BLOCKS = frozenset({"p", "div", "tr", "td", "br", "li", "h1", "h2", "h3", "table"})
    _SILENT = frozenset({"style", "script", "head", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in self._SILENT
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self._SILENT and self._silent > 0
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)
