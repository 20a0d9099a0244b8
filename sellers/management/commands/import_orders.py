"""``manage.py import_orders FILE…``: the same import as on the page, in this process."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from sellers.importing.batches import NewFile, create_batch
from sellers.importing.choosing import Choice, choose_mappings
from sellers.importing.columns import is_zone
from sellers.importing.decisions import cancel_batch
from sellers.importing.mapping.model import DATE_ORDERS, DECIMAL_MARKS
from sellers.importing.mapping.presets import presets
from sellers.importing.problems import FileProblemError
from sellers.importing.report import COUNTS, rejected_rows
from sellers.importing.run import run_batch
from sellers.models import FileRole, ImportBatch, ImportState, Platform, Seller, User

USAGE, NOTHING, STOPPED = 2, 1, 130
SHOWN, BAR = 10, 30
#: Files that name what they hold, by the option that takes them.
_OPTIONS = {
    "reviews": FileRole.REVIEWS,
    "gigs": FileRole.GIGS,
    "inquiries": FileRole.INQUIRIES,
    "observations": FileRole.OBSERVATIONS,
    "mail": FileRole.MAIL,
    "tables": FileRole.TABLE,
}


class Command(BaseCommand):
    help = (
        "Import order history from files of any kind that the page takes (docs/IMPORTING.md). "
        "Importing a file again changes nothing. Exit code: 0 the import ended, even if single "
        "rows were rejected; 1 it failed, or every row was rejected; 2 wrong usage, or files "
        "whose columns have to be chosen; 130 stopped by Ctrl-C, with nothing saved."
    )
    # Pages and their addresses are none of its business, and take as long to load as the rest.
    requires_system_checks = ("formulas",)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "files", nargs="*", metavar="FILE", help="files of orders, or patterns such as *.csv"
        )
        for option, role in _OPTIONS.items():
            parser.add_argument(
                f"--{option}",
                nargs="+",
                action="extend",
                default=[],
                metavar="FILE",
                help=f"files of {role.label}" if role is not FileRole.TABLE else role.label,
            )
        parser.add_argument("--dry-run", action="store_true", help="check all, save nothing")
        parser.add_argument("--seller", metavar="HANDLE", help="import for this known seller only")
        parser.add_argument("--platform", choices=Platform.values, default=Platform.FIVERR.value)
        parser.add_argument(
            "--time-zone",
            "--zone",
            default="UTC",
            help="zone of sellers not known yet, if no file names it",
        )
        parser.add_argument(
            "--preset", choices=sorted(presets()), help="what the files of orders are"
        )
        parser.add_argument(
            "--mapping", type=Path, metavar="FILE.json", help="a mapping for the files of orders"
        )
        parser.add_argument(
            "--mappings-of",
            metavar="E-MAIL",
            help="recognise files by the mappings that this person saved on the page",
        )
        parser.add_argument("--date-order", choices=DATE_ORDERS, help="order of dates in doubt")
        parser.add_argument("--decimal", choices=DECIMAL_MARKS, help="decimal mark in doubt")
        parser.add_argument("--no-review-text", action="store_true", help="drop what buyers wrote")
        parser.add_argument(
            "--rejected", type=Path, metavar="OUT.csv", help="write the rejected rows there"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if not is_zone(options["time_zone"]):
            raise CommandError(
                f"“{options['time_zone']}” is not a time zone. Use a name such as Europe/Berlin.",
                returncode=USAGE,
            )
        files = self._files(options)
        seller = _seller(options)
        new = self._mapped(files, seller, options)
        batch = create_batch(
            files=new,
            created_by=None,
            seller=seller,
            platform=options["platform"],
            time_zone=options["time_zone"],
            is_dry=options["dry_run"],
            keeps_review_text=not options["no_review_text"],
        )
        kept = batch.files.order_by("pk")
        try:
            run = run_batch(
                batch_id=batch.pk,
                paths={file.pk: path for file, (_, path) in zip(kept, files, strict=True)},
                on_progress=self._progress if options["verbosity"] else None,
            )
        except KeyboardInterrupt:
            if sys.stderr.isatty():
                self._tell("")  # the bar keeps its line
            raise _stopped(batch) from None
        assert run is not None, "a batch that was just made has no other worker"  # noqa: S101
        self._report(run, options)

    def _files(self, options: dict[str, Any]) -> list[tuple[FileRole | None, Path]]:
        """Every named file with what it was said to hold; None: files of orders, or find out."""
        named: list[tuple[FileRole | None, str]] = [(None, name) for name in options["files"]]
        for option, role in _OPTIONS.items():
            named += [(role, str(name)) for name in options[option]]
        files = [(role, path) for role, name in named for path in _paths(str(name))]
        if not files:
            raise CommandError("Name at least one file.", returncode=USAGE)
        wrong = [_not_a_file(path) for _, path in files if not path.is_file()]
        if wrong:
            raise CommandError("\n".join(wrong), returncode=USAGE)
        return files

    def _mapped(
        self,
        files: list[tuple[FileRole | None, Path]],
        seller: Seller | None,
        options: dict[str, Any],
    ) -> list[NewFile]:
        choice = Choice(
            preset=options["preset"] or "",
            mapping=_mapping(options["mapping"]),
            date_order=options["date_order"] or "",
            decimal=options["decimal"] or "",
            has_seller=seller is not None,
            owner=_owner(options["mappings_of"]),
            today=timezone.now().date(),
        )
        try:
            return choose_mappings(files, choice)
        except FileProblemError as problem:
            raise CommandError(str(problem), returncode=USAGE) from None

    def _progress(self, batch: ImportBatch) -> None:
        total = max(batch.rows_total or 0, batch.rows_done)
        words = batch.stage or batch.get_state_display()
        if not total:
            # Nothing is counted yet, or never was.
            self._tell(words)
        elif sys.stderr.isatty():
            filled = round(BAR * batch.rows_done / total)
            bar = f"[{'█' * filled}{'·' * (BAR - filled)}]"
            self._tell(
                f"\r{bar} {batch.rows_done:,} of {total:,} rows · {words:<30}",
                ending="\n" if batch.is_final else "",
            )
        else:
            self._tell(f"{batch.rows_done:,} of {total:,} rows · {words}")

    def _tell(self, words: str, ending: str = "\n") -> None:
        """Progress, which is no error and has not its colour, beside what may be piped on."""
        self.stderr.write(words, style_func=str, ending=ending)

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


def _paths(name: str) -> list[Path]:
    """A file, or the files of a pattern that the shell left as it is."""
    path = Path(name)
    if any(sign in path.name for sign in "*?[") and not path.exists():
        return sorted(path.parent.glob(path.name)) or [path]
    return [path]


def _not_a_file(path: Path) -> str:
    if path.is_dir():
        return f"{path} is a folder: name its files, such as {path / '*.csv'}."
    return f"{path} is not a file."


def _stopped(batch: ImportBatch) -> CommandError:
    """Somebody pressed Ctrl-C: the import ends now, and is not handed to a worker later."""
    if not connection.is_usable():
        connection.close()
    if cancel_batch(batch_id=batch.pk, now=timezone.now()):
        return CommandError("Stopped. Nothing was saved.", returncode=STOPPED)
    return CommandError(
        f"Stopped, but import {batch.pk} had ended already: its page says how.",
        returncode=STOPPED,
    )


def _owner(email: str | None) -> User | None:
    if email is None:
        return None
    try:
        return User.objects.get(email__iexact=email)
    except User.DoesNotExist:
        raise CommandError(
            f"Nobody here has the e-mail address {email}.", returncode=USAGE
        ) from None


def _mapping(path: Path | None) -> Any:
    if path is None:
        return None
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read as JSON: {error}", returncode=USAGE) from None


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
