"""Loads the demo story."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sellers.demo.accounts import DemoNotAllowedError, existing_demo_accounts
from sellers.demo.files import DemoImportError
from sellers.demo.loader import DemoConflictError, load_demo, remove_demo
from sellers.models import Seller


def _day(text: str) -> date:
    return date.fromisoformat(text)


class Command(BaseCommand):
    help = (
        "Loads the demo story: ten plainly invented sellers and the accounts to see them with. "
        "Loading twice changes nothing; another anchor day moves the whole story there. "
        "Sellers and accounts that are not of the demo are never touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anchor",
            type=_day,
            metavar="YYYY-MM-DD",
            help="the story's last day; today in UTC if left out",
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there is any seller"
        )
        parser.add_argument("--print-accounts", action="store_true", help="print the demo accounts")
        parser.add_argument(
            "--remove", action="store_true", help="take the demo sellers and accounts out again"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            if options["remove"]:
                self.stdout.write(f"Removed {remove_demo()} demo sellers and the demo accounts.")
            elif options["if_empty"] and Seller.objects.exists():
                self.stdout.write("There are sellers already; the demo was not loaded.")
            else:
                self._load(options["anchor"])
        except (DemoConflictError, DemoImportError, DemoNotAllowedError) as error:
            raise CommandError(str(error)) from error
        if options["print_accounts"]:
            self._print_accounts()

    def _load(self, wanted: date | None) -> None:
        today = timezone.now().date()
        anchor = wanted or today
        if anchor > today:
            raise CommandError(f"{anchor} lies ahead. A story of the past ends today or earlier.")
        loaded = load_demo(anchor=anchor)
        self.stdout.write(
            f"The demo ends on {anchor.isoformat()}: {loaded.changed} sellers loaded, "
            f"{loaded.unchanged} were there already; {loaded.orders} orders, "
            f"{loaded.reviews} reviews."
        )

    def _print_accounts(self) -> None:
        for account in existing_demo_accounts():
            self.stdout.write(f"{account.email}  {account.password}  {account.role}")
