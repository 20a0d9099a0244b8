"""Prove that stored = recomputed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string

from metrics.checking import check_sellers
from metrics.management.commands._sellers import add_seller_arguments, seller_ids_of


class Command(BaseCommand):
    help = "Recomputes in memory, compares with what is stored, and lists every difference."

    def add_arguments(self, parser: CommandParser) -> None:
        add_seller_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        ids = seller_ids_of(options)
        differences = 0
        for difference in _differences(ids):
            differences += 1
            self.stdout.write(difference)
        if differences:
            raise CommandError(
                f"{differences} differences in {len(ids)} sellers."
                " “manage.py recompute --all --from-scratch” rebuilds what is stored."
            )
        self.stdout.write(f"{len(ids)} sellers: stored equals recomputed.")


def _differences(seller_ids: Sequence[int]) -> Iterator[str]:
    """Of the scores, and of everything built on them (setting ``STANDING_RECOMPUTE_CHECKS``)."""
    yield from check_sellers(seller_ids)
    for path in getattr(settings, "STANDING_RECOMPUTE_CHECKS", ()):
        check: Callable[[Sequence[int]], Iterator[str]] = import_string(path)
        yield from check(seller_ids)
