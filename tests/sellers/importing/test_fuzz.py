"""Mangled files of every kind: a clear word about the file or its rows, never a traceback.

Files are cut, bytes flipped, re-encoded and their columns shuffled. Each is read and checked as
the page does, and then imported as the command does: all of a batch is there, or nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sellers.importing.batches import create_batch
from sellers.importing.choosing import Choice, choose_mappings
from sellers.importing.columns import Checked
from sellers.importing.context import Context
from sellers.importing.formats import COLUMNS, example_file
from sellers.importing.gigs import check_gigs
from sellers.importing.inquiries import check_inquiries
from sellers.importing.mapping.apply import MappedSource
from sellers.importing.mapping.propose import propose_mapping
from sellers.importing.observations import check_observations
from sellers.importing.orders import check_orders
from sellers.importing.problems import VALUE_CHARS, WORDS_CHARS, FileProblemError
from sellers.importing.reading import Block
from sellers.importing.reviews import check_reviews
from sellers.importing.run import run_batch
from sellers.importing.sources import CanonicalSource, canonical_source
from sellers.importing.sources.mail import MailTable
from sellers.importing.sources.opening import open_table
from sellers.models import FileRole, ImportBatch, ImportState, Platform, Seller
from tests.builders import a_seller
from tests.sellers.importing.files import check_counts, facts, undone
from tests.sellers.importing.test_mail import CANCELLED, COMPLETED, START, mbox
from tests.sellers.importing.test_pasted import ALIGNED, HTML, TABS
from tests.sellers.importing.test_workbooks import HEADER, book, number, sheet, text

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.timeout(1_200)]

RUNS = 2_000
THEIRS = Path(__file__).parent / "theirs"
TODAY = dt.date(2024, 6, 1)
CHECKS: dict[FileRole, Callable[[Block, Context], Checked]] = {
    FileRole.ORDERS: check_orders,
    FileRole.REVIEWS: check_reviews,
    FileRole.GIGS: check_gigs,
    FileRole.INQUIRIES: check_inquiries,
    FileRole.OBSERVATIONS: check_observations,
}


def whole_files() -> list[bytes]:
    """One good file of every kind of source."""
    rows = [[text(f"FO{n}"), number(45292 + n, 1), number(n + 0.5)] for n in range(3)]
    return [
        *(example_file(role).encode() for role in COLUMNS),
        (THEIRS / "fiverr_list.csv").read_bytes(),
        (THEIRS / "upwork.csv").read_bytes(),
        example_file(FileRole.ORDERS).replace(",", "\t").encode("utf-16"),
        book(sheet([HEADER, *rows])),
        mbox(START, COMPLETED, CANCELLED),
        START,
        HTML.encode(),
        TABS.encode(),
        ALIGNED.encode(),
    ]


def cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def flipped(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 12)):
        changed[rng.randrange(len(changed))] = rng.choice(
            [0, 10, 13, 34, 44, 255, rng.randrange(256)]
        )
    return bytes(changed)


def encoded_anew(data: bytes, rng: random.Random) -> bytes:
    words = data.decode(rng.choice(["utf-8", "latin-1", "utf-16"]), "replace")
    words += rng.choice(["", "é", "ж,", "\ufeff", "“x”"])
    return words.encode(rng.choice(["utf-8", "utf-16", "utf-16-le", "cp1252", "cp1251"]), "replace")


def shuffled(data: bytes, rng: random.Random) -> bytes:
    lines = data.decode("utf-8", "replace").replace("\0", "").splitlines()
    rows = list(csv.reader(lines))
    order = list(range(max(map(len, rows), default=0)))
    rng.shuffle(order)
    out = io.StringIO()
    moved = [[row[place] for place in order if place < len(row)] for row in rows]
    if rng.random() < 0.3 and moved:
        rng.choice(moved).append("more")
    csv.writer(out).writerows(moved)
    return out.getvalue().encode()


def doubled(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + data[max(0, place - rng.randint(1, 200)) :]


MANGLERS: Sequence[Callable[[bytes, random.Random], bytes]] = (
    cut,
    flipped,
    encoded_anew,
    shuffled,
    doubled,
)


def read_all(path: Path, context: Context) -> int:
    """Read and check a file like an import; returns how many problems its rows have."""
    table = open_table(path)
    source: CanonicalSource | MappedSource
    if isinstance(table, MailTable):
        source = CanonicalSource(table, FileRole.ORDERS, fills_only=True)
    else:
        proposal = propose_mapping(table, today=TODAY, has_seller=True)
        if proposal.mapping is None or not proposal.mapping.roles:
            source = canonical_source(table, proposal.role)
        else:
            source = MappedSource(table, proposal.mapping, TODAY)
    return sum(_problems(block, context) for block in source.blocks())


def _problems(block: Block, context: Context) -> int:
    checked = CHECKS[block.role](block, context)
    found = [problem for _, problem in checked.found(block)] + block.torn
    for problem in found:
        assert problem.reason
        assert problem.fix
        assert len(problem.reason) <= WORDS_CHARS
        assert len(problem.fix) <= WORDS_CHARS
        assert len(problem.value) <= VALUE_CHARS
    assert all(len(column) == len(checked.lines) for column in checked.columns.values())
    beside = block.companion
    return len(found) + (_problems(beside, context) if beside is not None else 0)


def import_alone(
    path: Path, seller: Seller, before: dict[str, set[tuple[object, ...]]]
) -> ImportState | None:
    """Import a file where nothing is known, and take it out again; None: refused beforehand.

    ``before`` are the facts without it. A batch that failed left nothing, and said why; the rows
    of one that ended add up, and what it says is new is there.
    """
    known = Choice(today=TODAY, date_order="dmy", decimal=".", has_seller=True)
    with undone():
        try:
            files = choose_mappings([(None, path)], known)
        except FileProblemError:
            return None
        batch = create_batch(files=files, created_by=None, seller=seller)
        run_batch(batch_id=batch.pk, paths={batch.files.get().pk: path})
        batch.refresh_from_db()
        check_counts(batch, joined=True)
        if batch.state == ImportState.FAILED:
            assert "on our side" not in batch.message, batch.message
            assert facts() == before
        else:
            assert batch.state == ImportState.DONE
            assert (facts() != before) == (batch.rows_new + batch.rows_waiting > 0)
        return ImportState(batch.state)


def test_mangled_files_end_in_words_never_in_a_traceback(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    batch = ImportBatch.objects.create(platform=Platform.FIVERR)
    files = whole_files()
    path = tmp_path / "mangled"
    ends: Counter[str] = Counter()
    imported: Counter[ImportState | None] = Counter()
    seller = a_seller("mira")
    before = facts()
    unclear = 0
    for run in range(RUNS):
        data = rng.choice(MANGLERS)(files[run % len(files)], rng)
        if rng.random() < 0.2 and data:
            data = rng.choice(MANGLERS)(data, rng)
        path.write_bytes(data)
        try:
            imported[import_alone(path, seller, before)] += 1
            problems = read_all(path, Context.of(batch))
        except FileProblemError as problem:
            unclear += not str(problem).endswith((".", "?", "”"))
            ends["refused"] += 1
        except Exception as error:
            error.add_note(f"seed {seed}, run {run}, file {run % len(files)}: {data!r}"[:3_000])
            raise
        else:
            ends["rows with problems" if problems else "read"] += 1
    assert facts() == before
    # Each way of ending was met often enough to say that all of them work.
    assert all(count > RUNS // 20 for count in ends.values()), ends
    assert (len(ends), unclear) == (3, 0)
    assert all(imported[state] > RUNS // 20 for state in (ImportState.DONE, ImportState.FAILED))
