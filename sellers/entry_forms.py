"""One order entered by hand: the same cells and the same checks as a file of one row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from sellers.importing.batches import NewFile
from sellers.importing.context import Context
from sellers.importing.orders import check_orders
from sellers.importing.problems import Problem
from sellers.importing.reading import Block
from sellers.importing.reviews import check_reviews
from sellers.models import FileRole, ImportBatch, Seller

_STATUSES = (("completed", "completed"), ("open", "still open"), ("cancelled", "cancelled"))
_WHO = (("", "not known"), ("seller", "the seller"), ("client", "the client"))
_WHO_ELSE = (("mutual", "both sides"), ("platform", "the platform"))
#: Cells of the review; the others are the order's.
_REVIEW = ("stars", "posted_at")
_NEW_GIG = "new_gig"
_GROUPS = (
    ("Which order", ("order_ref", "gig", _NEW_GIG, "buyer")),
    ("When", ("ordered_at", "due_at", "extended_due_at", "delivered_at")),
    ("How it ended", ("status", "completed_at", "cancelled_at", "cancelled_by")),
    ("Price and trouble", ("amount", "currency", "revisions", "disputes")),
    ("Review", _REVIEW),
)


def _time(label: str, help_text: str = "", *, required: bool = False) -> forms.CharField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
    return forms.CharField(
        label=label, help_text=help_text, required=required, widget=widget, max_length=40
    )


class OrderForm(forms.Form):
    """The cells of one order, and of its review if there is one.

    Values stay as typed: they are judged by the checks of importing, whose problems stand
    beside the fields that they are about.
    """

    order_ref = forms.CharField(label="Order number", help_text="Such as FO61B2C3D4E5.")
    gig = forms.ChoiceField(label="Gig")
    new_gig = forms.CharField(
        label="New gig",
        required=False,
        help_text="The platform’s identifier of it, if it is not in the list.",
    )
    status = forms.ChoiceField(label="How it stands", choices=_STATUSES)
    ordered_at = _time("Ordered", required=True)
    due_at = _time("Due")
    extended_due_at = _time("Due after an extension", "Only where the buyer accepted a later time.")
    delivered_at = _time("First delivery")
    completed_at = _time("Completed")
    cancelled_at = _time("Cancelled")
    cancelled_by = forms.ChoiceField(
        label="Cancelled by", choices=(*_WHO, *_WHO_ELSE), required=False
    )
    amount = forms.CharField(
        label="Price", required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    currency = forms.CharField(label="Currency", required=False)
    buyer = forms.CharField(label="Buyer", required=False)
    revisions = forms.CharField(
        label="Revisions", required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    disputes = forms.CharField(
        label="Disputes", required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    stars = forms.CharField(
        label="Stars", required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    posted_at = _time("Review posted")

    def __init__(self, *args: Any, seller: Seller, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.seller, self.now = seller, now
        self.fields["currency"].help_text = f"{seller.currency} if blank."
        gig = self.fields["gig"]
        assert isinstance(gig, forms.ChoiceField)  # noqa: S101 - declared above
        known = [(one.ref, str(one)) for one in seller.gigs.order_by("title", "ref")]
        gig.choices = [*known, (_NEW_GIG, "a new gig, named below")]

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under the headings of the page."""
        return [(title, [self[name] for name in names]) for title, names in _GROUPS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("gig") == _NEW_GIG and not cleaned.get(_NEW_GIG):
            self.add_error(_NEW_GIG, "Name the gig.")
        if not self.errors:
            self._check()
        return cleaned

    def _check(self) -> None:
        context = Context.of(ImportBatch(seller=self.seller, created_at=self.now))
        found = check_orders(_block(self.order_cells()), context).problems.found
        if self.review_cells():
            found += check_reviews(_block(self.review_cells()), context).problems.found
        for problem in found:
            self._put_beside(problem)

    def _put_beside(self, problem: Problem) -> None:
        """The words of a problem, at the field that it is about."""
        column = problem.column
        if column == "gig" and self.cleaned_data.get("gig") == _NEW_GIG:
            column = _NEW_GIG
        words = f"{problem.reason} {problem.fix}"
        known = column in self.fields
        if not known or words not in self.errors.get(column, []):
            self.add_error(column if known else None, words)

    def order_cells(self) -> dict[str, str]:
        """Cells of the orders file."""
        given = self.cleaned_data
        gig = given[_NEW_GIG] if given["gig"] == _NEW_GIG else given["gig"]
        skip = {"gig", _NEW_GIG, *_REVIEW}
        cells = {name: given[name] for name in self.fields if name not in skip}
        return {"gig": gig, **cells, "currency": given["currency"] or self.seller.currency}

    def review_cells(self) -> dict[str, str]:
        """Cells of the reviews file; none without a review."""
        given = {name: self.cleaned_data[name] for name in _REVIEW}
        if not any(given.values()):
            return {}
        return {"order_ref": self.cleaned_data["order_ref"], **given}

    def new_files(self) -> list[NewFile]:
        """The order as files of one row, so that it can be traced and taken back like any other."""
        files = [_file(FileRole.ORDERS, self.order_cells())]
        if self.review_cells():
            files.append(_file(FileRole.REVIEWS, self.review_cells()))
        return files


def _block(cells: Mapping[str, str]) -> Block:
    return Block([1], {name: [cell] for name, cell in cells.items()}, [])


def _file(role: FileRole, cells: Mapping[str, str]) -> NewFile:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(cells)
    writer.writerow(cells.values())
    name = f"by hand, {role.label}.csv"
    return NewFile(role, name, SimpleUploadedFile(name, out.getvalue().encode()))
