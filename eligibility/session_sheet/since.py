"""What is new since somebody last looked at a seller, without what they did themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q
from django.urls import reverse

from eligibility.session_sheet.changes import changes_between
from metrics.charts.trajectory import turn_words
from metrics.dates import local_date
from metrics.explanation import day_before
from metrics.models import Move
from metrics.roster_rows import why_url
from metrics.words import counted, day_words, listed
from sellers.access import Role, Sight
from sellers.models import ImportEffect, ImportState, Promise, User
from sellers.notes import notes_for
from sellers.promises.page import SOON_DAYS, when_words
from sellers.visits import Since
from sellers.writers import person_words, writer_words

#: Lines of one kind; the others are told by their number.
_MOST = 3


@dataclass(frozen=True, slots=True)
class News:
    """One line of the ribbon."""

    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Ribbon:
    """``day`` is that of the last look, in the seller's zone."""

    day: date
    news: list[News]


def ribbon_of(since: Since, sight: Sight, reader: User, *, now: datetime) -> Ribbon:
    """What has changed since then, within what this reader may see."""
    seller = sight.seller
    return Ribbon(
        day=local_date(seller, since.at),
        news=[
            *_few(list(_moves(since, sight)), "more moves of the displayed number"),
            *_few(list(_changes(since, sight)), "more changes of level and promotion"),
            *_few(list(_promises(since, sight, reader, local_date(seller, now))), "more promises"),
            *_few(list(_notes(since, sight, reader)), "more notes"),
            *_few(list(_imports(since, sight, reader)), "more imports"),
        ],
    )


def _few(news: list[News], rest: str) -> list[News]:
    if len(news) <= _MOST:
        return news
    return [*news[:_MOST], News(f"{len(news) - _MOST} {rest}")]


def _moves(since: Since, sight: Sight) -> Iterator[News]:
    moves = Move.objects.filter(seller=sight.seller, day__gt=since.to).order_by("-day")
    for move in moves:
        turn = turn_words(move.displayed_before, move.displayed_after)
        yield News(
            f"Displays {turn} since {day_words(move.day)}",
            why_url(sight.seller.pk, day_before(move.day), move.day),
        )


def _changes(since: Since, sight: Sight) -> Iterator[News]:
    url = "" if sight.hides_orders else reverse("eligibility:seller", args=[sight.seller.pk])
    for change in changes_between(sight.seller, since.to, date.max):
        words = change.words[0].upper() + change.words[1:]
        yield News(f"{words}, since {day_words(change.day)}", url)


def _promises(since: Since, sight: Sight, reader: User, today: date) -> Iterator[News]:
    made = Q(created_at__gt=since.at) & ~Q(author=reader)
    decided = Q(decided_at__gt=since.at) & ~Q(decided_by=reader)
    due = Q(state=Promise.State.OPEN, due__lte=today + timedelta(days=SOON_DAYS))
    rows = Promise.objects.filter(made | decided | due, seller=sight.seller)
    for row in rows.select_related("author", "decided_by").order_by("due", "pk"):
        quoted = f"“{row.text}”"
        if row.decided_at is not None:
            state = "not kept" if row.state == Promise.State.BROKEN else row.state
            by = writer_words(row.decided_by, row.decided_as, sight=sight, reader=reader)
            words = f"Promise {quoted}: {state}, decided by {by}"
        elif row.created_at > since.at and row.author_id != reader.pk:
            by = writer_words(row.author, row.written_as, sight=sight, reader=reader)
            words = f"New promise {quoted} until {day_words(row.due)}, written down by {by}"
        else:
            words = f"Promise {quoted}: {when_words(row.due, today)}"
        yield News(words, "#promises")


def _notes(since: Since, sight: Sight, reader: User) -> Iterator[News]:
    rows = notes_for(sight, reader).exclude(author=reader).filter(created_at__gt=since.at)
    for note in rows.select_related("author").order_by("-created_at"):
        by = writer_words(note.author, note.written_as, sight=sight, reader=reader)
        yield News(f"Note “{note.text}”{f' by {by}' if by else ''}", "#notes")


def _imports(since: Since, sight: Sight, reader: User) -> Iterator[News]:
    done = Q(batch__state__in=ImportState.saved(), batch__finished_at__gt=since.at)
    undone = Q(batch__state=ImportState.UNDONE, batch__undone_at__gt=since.at)
    mine = Q(batch__state__in=ImportState.saved(), batch__created_by=reader) | Q(
        batch__state=ImportState.UNDONE, batch__undone_by=reader
    )
    rows = (
        ImportEffect.objects.filter(done | undone, seller=sight.seller)
        .exclude(mine)
        .select_related("batch__created_by", "batch__undone_by")
        .order_by(F("batch__finished_at").desc())
    )
    for row in rows:
        batch = row.batch
        is_undone = batch.state == ImportState.UNDONE
        person = batch.undone_by if is_undone else batch.created_by
        by = "" if person is None else f", by {person_words(person, sight=sight, reader=reader)}"
        words = "was undone" if is_undone else _effect_words(row)
        opens = sight.role is Role.ADMIN or (sight.manages and batch.seller_id == sight.seller.pk)
        url = reverse("sellers:import", args=[batch.pk]) if opens else ""
        yield News(f"Import {batch.pk}: {words}{by}", url)


def _effect_words(row: ImportEffect) -> str:
    """ "12 new orders, 3 changed orders and 1 new review"."""
    parts = [
        counted(number, *words)
        for number, words in (
            (row.orders_new, ("new order", "new orders")),
            (row.orders_changed, ("changed order", "changed orders")),
            (row.reviews_new, ("new review", "new reviews")),
            (row.reviews_changed, ("changed review", "changed reviews")),
        )
        if number
    ]
    return listed(parts) if parts else "gigs, first messages or what the platform showed"
