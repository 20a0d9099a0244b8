"""Orders and their reviews."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from sellers.models.sellers import Gig, Seller


class OrderStatus(models.IntegerChoices):
    """Same numbers as :class:`metrics.engine.types.OrderStatus` (a test holds them equal)."""

    OPEN = 0, "open"
    COMPLETED = 1, "completed"
    CANCELLED = 2, "cancelled"


class CancelledBy(models.IntegerChoices):
    """Same numbers as :class:`metrics.engine.types.CancelledBy`; NULL in the table is unknown."""

    SELLER = 1, "the seller"
    CLIENT = 2, "the client"
    MUTUAL = 3, "both sides"
    PLATFORM = 4, "the platform"


def _after(later: str, earlier: str, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{later}__isnull": True})
        | Q(**{f"{earlier}__isnull": True})
        | Q(**{f"{later}__gte": F(earlier)}),
        name=name,
    )


def _provenance(
    to: str, *, editable: bool = True, db_index: bool = True
) -> models.ForeignKey[Any, Any]:
    """Points to the import or the file that a row came from; unknown once that is deleted.

    The database does not check it. Every row of an import holds the same few numbers, which
    the merge has just read, and checking them took longer than writing the rows. What is
    deleted through the models still leaves NULL behind.
    """
    return models.ForeignKey(
        to,
        null=True,
        blank=True,
        editable=editable,
        on_delete=models.SET_NULL,
        related_name="+",
        db_constraint=False,
        db_index=db_index,
    )


class Order(models.Model):
    """One order, known by seller and the platform's reference.

    A time that is NULL is unknown: no due time is not "on time", no amount is not 0.

    Gig and seller are one key in the database (``order_gig_of_seller``, a migration's own):
    together they name a gig of this seller, which a key of each would not say.
    """

    #: Found by the constraint on seller and reference.
    seller = models.ForeignKey(
        Seller,
        on_delete=models.CASCADE,
        related_name="orders",
        db_constraint=False,
        db_index=False,
    )
    gig = models.ForeignKey(
        Gig, on_delete=models.PROTECT, related_name="orders", db_constraint=False
    )
    ref = models.CharField(max_length=100)
    #: Keyed hash of the buyer's name; the name itself is kept only where the seller opts in.
    #: NULL: the file did not say who bought.
    buyer_key = models.CharField(max_length=32, null=True, blank=True)  # noqa: DJ001
    buyer_label = models.CharField(max_length=100, blank=True)
    status = models.SmallIntegerField(choices=OrderStatus)
    ordered_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    extended_due_at = models.DateTimeField(null=True, blank=True)
    #: First delivery: what came after it does not change whether it was on time.
    delivered_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.SmallIntegerField(choices=CancelledBy, null=True, blank=True)
    requirements_in = models.BooleanField(null=True, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3)
    revisions = models.PositiveSmallIntegerField(null=True, blank=True)
    disputes = models.PositiveSmallIntegerField(null=True, blank=True)
    excluded_on = models.DateField(
        null=True,
        blank=True,
        help_text="First day on which a ruling of the platform takes the cancellation out.",
    )
    excluded_reason = models.CharField(max_length=300, blank=True)
    #: Provenance: the import that brought the order, the last that changed it, and where.
    first_batch = _provenance("sellers.ImportBatch")
    last_batch = _provenance("sellers.ImportBatch", db_index=False)
    source_file = _provenance("sellers.ImportFile", db_index=False)
    source_line = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-ordered_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("seller", "ref"), name="order_seller_ref_unique"),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="order_currency_is_iso_code"
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0),
                name="order_amount_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in OrderStatus]), name="order_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=OrderStatus.CANCELLED)
                | Q(cancelled_at__isnull=True, cancelled_by__isnull=True),
                name="order_cancellation_only_if_cancelled",
            ),
            models.CheckConstraint(
                condition=Q(status=OrderStatus.COMPLETED) | Q(completed_at__isnull=True),
                name="order_completion_only_if_completed",
            ),
            _after("delivered_at", "ordered_at", "order_delivered_after_ordered"),
            _after("completed_at", "ordered_at", "order_completed_after_ordered"),
            _after("cancelled_at", "ordered_at", "order_cancelled_after_ordered"),
        )
        indexes = (
            # The list of a seller's orders, newest first.
            models.Index(fields=("seller", "-ordered_at", "-id"), name="order_seller_newest"),
        )

    def __str__(self) -> str:
        return self.ref

    def clean(self) -> None:
        gig = Gig.objects.filter(pk=self.gig_id).first()
        if gig is not None and gig.seller_id != self.seller_id:
            raise ValidationError({"gig": "This gig belongs to another seller."})


def _stars() -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=3, decimal_places=2, null=True, blank=True)


RATING_FIELDS = (
    "stars",
    "communication",
    "service_as_described",
    "buy_again",
    "quality_of_delivery",
    "working_with",
    "value_for_money",
)


class ReviewContent(models.Model):
    """What a review says, whether or not its order is known yet.

    The areas before 2024 are communication, service as described and buy again; since then
    quality of delivery, working with the freelancer and value for money. NULL is "not
    rated", never 0.
    """

    ref = models.CharField(max_length=100, blank=True)
    posted_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    stars = _stars()
    communication = _stars()
    service_as_described = _stars()
    buy_again = _stars()
    quality_of_delivery = _stars()
    working_with = _stars()
    value_for_money = _stars()
    text = models.TextField(blank=True)
    source_file = _provenance("sellers.ImportFile", db_index=False)
    source_line = models.PositiveIntegerField(null=True, blank=True)
    #: The import that brought it.
    first_batch = _provenance("sellers.ImportBatch", editable=False, db_index=False)

    class Meta:
        abstract = True


class Review(ReviewContent):
    """One version of an order's public review.

    A later version of the same order replaces the earlier from the day it was posted.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="reviews")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("posted_at", "ref", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("order", "posted_at", "ref"), name="review_order_posted_ref_unique"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{field}__isnull": True})
                    | Q(**{f"{field}__gte": 1, f"{field}__lte": 5}),
                    name=f"review_{field}_1_to_5",
                )
                for field in RATING_FIELDS
            ),
            models.CheckConstraint(
                condition=~Q(**{f"{field}__isnull": True for field in RATING_FIELDS}),
                name="review_rates_something",
            ),
            _after("removed_at", "posted_at", "review_removed_after_posted"),
        )

    def __str__(self) -> str:
        return f"review of {self.order_id} posted {self.posted_at:%Y-%m-%d}"


class WaitingReview(ReviewContent):
    """A review whose order has not been imported yet; it joins the order when that comes."""

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="waiting_reviews")
    order_ref = models.CharField(max_length=100)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("seller", "order_ref", "posted_at", "ref"),
                name="waiting_review_identity_unique",
            ),
        )

    def __str__(self) -> str:
        return f"review waiting for order {self.order_ref}"
