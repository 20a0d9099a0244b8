"""Which sellers a command is about: ``--seller`` (again and again) or ``--all``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from sellers.models import Seller


def add_seller_arguments(parser: CommandParser) -> None:
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument(
        "--seller", action="append", metavar="HANDLE", help="a seller's handle or number"
    )
    group.add_argument("--all", action="store_true", help="every seller")


def seller_ids_of(options: dict[str, Any]) -> list[int]:
    """Ids in ascending order.

    Raises
    ------
    CommandError
        A name fits no seller, or more than one.
    """
    if options["all"]:
        return list(Seller.objects.order_by("pk").values_list("pk", flat=True))
    return sorted({_one(name) for name in options["seller"]})


def _one(name: str) -> int:
    found = list(Seller.objects.filter(handle=name).values_list("pk", "platform"))
    if not found and name.isdecimal():
        found = list(Seller.objects.filter(pk=name).values_list("pk", "platform"))
    if not found:
        raise CommandError(f"There is no seller “{name}”.")
    if len(found) > 1:
        places = ", ".join(f"{platform}: number {pk}" for pk, platform in found)
        raise CommandError(f"“{name}” is a seller on {places}. Name it by its number.")
    return found[0][0]
