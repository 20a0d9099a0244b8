"""Prove that kept forecasts are what the engine and the rules say."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from eligibility.coming.checking import check_outlooks
from metrics.forecasting.checking import check_forecasts
from metrics.management.commands._sellers import add_seller_arguments, seller_ids_of
from metrics.words import counted


class Command(BaseCommand):
    help = "Makes kept forecasts again from the facts, compares, and lists every difference."

    def add_arguments(self, parser: CommandParser) -> None:
        add_seller_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        ids = seller_ids_of(options)
        checked = (check_forecasts(ids), check_outlooks(ids))
        differences = [words for one in checked for words in one.differences]
        for words in differences:
            self.stdout.write(words)
        sellers = counted(len(ids), "seller", "sellers")
        if differences:
            many = counted(len(differences), "difference", "differences")
            raise CommandError(f"{many} in {sellers}.")
        again = sum(one.made_again for one in checked)
        passed = sum(one.passed_over for one in checked)
        self.stdout.write(
            f"{counted(again, 'kept forecast', 'kept forecasts')} of {sellers}: kept equals made"
            f" again. {passed:,} more rest on facts, rules or a formula that have changed since."
        )
