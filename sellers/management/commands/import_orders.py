"""``manage.py import_orders FILE…``: the same import as on the page, in this process."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sellers.importing.batches import NewFile, create_batch
from sellers.importing.columns import is_zone
from sellers.importing.report import COUNTS, rejected_rows
from sellers.importing.run import run_batch
from sellers.models import FileRole, ImportBatch, ImportState, Platform, Seller

USAGE, NOTHING = 2, 1
SHOWN = 10


class Command(BaseCommand):
    help = (
        "Import order history from canonical CSV files (docs/IMPORTING.md). Importing a file "
        "again changes nothing. Exit code: 0 the import ended, even if single rows were "
        "rejected; 1 it failed, or every row was rejected; 2 wrong usage."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="files of orders")
        parser.add_argument(
            "--reviews", nargs="+", action="extend", default=[], type=Path, metavar="FILE"
        )
        parser.add_argument("--dry-run", action="store_true", help="check all, save nothing")
        parser.add_argument("--seller", metavar="HANDLE", help="import for this known seller only")
        parser.add_argument("--platform", choices=Platform.values, default=Platform.FIVERR.value)
        parser.add_argument(
            "--time-zone", default="UTC", help="zone of sellers not known yet, if no file names it"
        )
        parser.add_argument(
            "--rejected", type=Path, metavar="OUT.csv", help="write the rejected rows there"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        files = [(FileRole.ORDERS, path) for path in options["files"]]
        files += [(FileRole.REVIEWS, path) for path in options["reviews"]]
        self._check(files, options)
        batch = create_batch(
            files=[NewFile(role, path.name, path) for role, path in files],
            created_by=None,
            seller=_seller(options),
            platform=options["platform"],
            time_zone=options["time_zone"],
            is_dry=options["dry_run"],
        )
        paths = [path for _, path in files]
        kept = batch.files.order_by("pk")
        run = run_batch(
            batch_id=batch.pk,
            paths={file.pk: path for file, path in zip(kept, paths, strict=True)},
            on_progress=self._progress if options["verbosity"] else None,
        )
        assert run is not None, "a batch that was just made has no other worker"  # noqa: S101
        self._report(run, options)

    def _check(self, files: list[tuple[FileRole, Path]], options: dict[str, Any]) -> None:
        if not files:
            raise CommandError("Name at least one file.", returncode=USAGE)
        for _, path in files:
            if not path.is_file():
                raise CommandError(f"{path} is not a file.", returncode=USAGE)
        if not is_zone(options["time_zone"]):
            raise CommandError(
                f"“{options['time_zone']}” is not a time zone. Use a name such as Europe/Berlin.",
                returncode=USAGE,
            )

    def _progress(self, batch: ImportBatch) -> None:
        total = f" of {batch.rows_total:,}" if batch.rows_total else ""
        words = batch.stage or batch.get_state_display()
        self.stderr.write(f"{batch.rows_done:,}{total} rows · {words}")

    def _report(self, batch: ImportBatch, options: dict[str, Any]) -> None:
        if batch.state == ImportState.FAILED:
            raise CommandError(batch.message, returncode=NOTHING)
        if batch.state == ImportState.DRY:
            self.stdout.write("Checked; nothing was saved.")
        self.stdout.write(f"{batch.rows_done:>12,} rows read")
        for field, words, _ in COUNTS:
            self.stdout.write(f"{getattr(batch, field):>12,} {words}")
        if batch.reviews_joined:
            self.stdout.write(f"Reviews that had waited for their order: {batch.reviews_joined:,}.")
        for note in batch.notes:
            self.stdout.write(f"· {note}")
        self._report_rejected(batch, options["rejected"])
        if batch.rows_done == batch.rows_rejected:
            raise CommandError("Every row was rejected; nothing was imported.", returncode=NOTHING)

    def _report_rejected(self, batch: ImportBatch, out: Path | None) -> None:
        for row in batch.rejections.select_related("file")[:SHOWN]:
            place = f"{row.file.name}, line {row.line}"
            place += f", {row.column}" if row.column else ""
            self.stdout.write(f"  {place}: {row.reason} {row.fix}")
        more = batch.rejections.count() - SHOWN
        if more > 0:
            self.stdout.write(f"  … and {more:,} more; --rejected OUT.csv writes all of them.")
        if out is not None:
            with out.open("w", newline="", encoding="utf-8") as target:
                csv.writer(target).writerows(rejected_rows(batch=batch))
            self.stdout.write(f"The rejected rows are in {out}.")


def _seller(options: dict[str, Any]) -> Seller | None:
    handle = options["seller"]
    if not handle:
        return None
    try:
        return Seller.objects.get(platform=options["platform"], handle=handle)
    except Seller.DoesNotExist:
        raise CommandError(
            f"There is no seller “{handle}” on {options['platform']}. Leave --seller out and "
            "name the seller in the files to create one.",
            returncode=USAGE,
        ) from None
