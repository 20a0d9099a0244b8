"""Judge sellers here and now, without a worker."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from eligibility.computing import SELLERS_AT_ONCE
from eligibility.services import recompute_eligibility
from metrics.management.commands._sellers import add_seller_arguments, seller_ids_of


class Command(BaseCommand):
    help = (
        "Judges levels and promoted gigs on every day, from the facts, the stored scores and the"
        " rules. Needed after rules were changed by hand; safe to run at any time."
    )

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
        for start in range(0, len(ids), SELLERS_AT_ONCE):
            computed += recompute_eligibility(
                seller_ids=ids[start : start + SELLERS_AT_ONCE],
                now=now,
                from_scratch=options["from_scratch"],
            )
        self.stdout.write(
            f"{computed} of {len(ids)} sellers judged, the rest was up to date or has no score."
        )
