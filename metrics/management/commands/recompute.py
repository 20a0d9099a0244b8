"""Recompute stored results here and now, without a worker."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from metrics.management.commands._sellers import add_seller_arguments, seller_ids_of
from metrics.services import CHUNK_SELLERS, fill_latest_headlines, recompute_sellers


class Command(BaseCommand):
    help = "Recomputes scores and moves from the facts. Safe to run at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        add_seller_arguments(parser)
        parser.add_argument(
            "--from-scratch",
            action="store_true",
            help="also rewrite what is up to date already",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        ids = seller_ids_of(options)
        now, computed = timezone.now(), 0
        for start in range(0, len(ids), CHUNK_SELLERS):
            some = ids[start : start + CHUNK_SELLERS]
            computed += recompute_sellers(
                seller_ids=some,
                now=now,
                from_scratch=options["from_scratch"],
            )
            fill_latest_headlines(seller_ids=some)
        self.stdout.write(f"{computed} of {len(ids)} sellers computed, the rest was up to date.")
