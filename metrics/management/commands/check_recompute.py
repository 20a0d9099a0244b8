"""Prove that stored = recomputed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from metrics.checking import check_sellers
from metrics.management.commands._sellers import add_seller_arguments, seller_ids_of


class Command(BaseCommand):
    help = "Recomputes in memory, compares with what is stored, and lists every difference."

    def add_arguments(self, parser: CommandParser) -> None:
        add_seller_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        ids = seller_ids_of(options)
        differences = 0
        for difference in check_sellers(ids):
            differences += 1
            self.stdout.write(difference)
        if differences:
            raise CommandError(
                f"{differences} differences in {len(ids)} sellers."
                " “manage.py recompute --all --from-scratch” rebuilds what is stored."
            )
        self.stdout.write(f"{len(ids)} sellers: stored equals recomputed.")
