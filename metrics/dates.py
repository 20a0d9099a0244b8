"""What "today" is for a seller. The clock is read by the caller, once per operation."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sellers.models import Seller


def local_date(seller: Seller, now: datetime) -> date:
    """The calendar day of ``now`` (aware) in the seller's zone."""
    return now.astimezone(seller.zone).date()


def end_of_day(seller: Seller, day: date) -> datetime:
    """The moment at which a day ends in the seller's zone."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=seller.zone)
