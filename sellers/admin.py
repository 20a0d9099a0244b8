"""Admin pages of people and facts.

Whatever changes a fact here says so through :func:`sellers.changes.facts_changed`, in the
transaction of the change, like every other writer of facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from sellers.access.admin_looks import NotedAdmin
from sellers.changes import facts_changed
from sellers.models import (
    ExchangeRate,
    Gig,
    ImportBatch,
    ImportEffect,
    ImportFile,
    ImportRejection,
    Inquiry,
    Note,
    Observation,
    Order,
    Promise,
    Review,
    Seller,
    User,
    WaitingReview,
)

if TYPE_CHECKING:
    ReviewLines = admin.StackedInline[Review, Order]
    EmailUserAdmin = UserAdmin[User]
else:  # these classes take a parameter in type checkers only
    ReviewLines = admin.StackedInline
    EmailUserAdmin = UserAdmin

_REASON = "changed by hand"


class ReadOnlyAdmin(NotedAdmin):
    """For rows that a program writes: to look at, not to change."""

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False


class FactAdmin(NotedAdmin):
    """A fact of one seller; every change counts up the seller's revision.

    An object may move from one seller to another: both are told. Django runs each of its
    admin views in one transaction, so the fact and the revision change together or not.
    """

    def sellers_of(self, obj: Any) -> set[int]:
        """The sellers whose score may depend on this row as it is stored."""
        return {obj.seller_id}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = self._stored(obj) if change else set()
        super().save_model(request, obj, form, change)
        facts_changed(seller_ids=before | self.sellers_of(obj), reason=_REASON)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        touched = self.sellers_of(obj)
        super().delete_model(request, obj)
        facts_changed(seller_ids=touched, reason=_REASON)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        touched = self._sellers_of_all(queryset)
        super().delete_queryset(request, queryset)
        facts_changed(seller_ids=touched, reason=_REASON)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Rows that a program wrote go with the facts that they are about."""
        found, counts, missing, protected = super().get_deleted_objects(objs, request)
        site = self.admin_site
        computed = {
            str(model._meta.verbose_name)
            for model in apps.get_models()
            if site.is_registered(model) and isinstance(site.get_model_admin(model), ReadOnlyAdmin)
        }
        return found, counts, missing - computed, protected

    def _stored(self, obj: Any) -> set[int]:
        return self._sellers_of_all(self.model.objects.filter(pk=obj.pk))

    def _sellers_of_all(self, rows: Iterable[Any]) -> set[int]:
        return {pk for row in rows for pk in self.sellers_of(row)}


@admin.register(User)
class PersonAdmin(EmailUserAdmin):
    """Accounts; the e-mail address is the name to log in with."""

    add_form = BaseUserCreationForm
    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "is_staff", "is_active", "last_login")
    search_fields = ("email", "first_name", "last_name")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        ("Person", {"fields": ("first_name", "last_name")}),
        (
            "Rights",
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)
    readonly_fields = ("last_login", "date_joined")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change or "email" in form.changed_data:
            User.objects.vouch_for_address(obj)


@admin.register(Seller)
class SellerAdmin(FactAdmin):
    """A change of the zone moves every day; it recomputes like any fact."""

    list_display = ("handle", "platform", "category", "owner", "time_zone", "revision")
    list_filter = ("platform", "is_pro")
    list_select_related = ("owner",)
    search_fields = ("handle", "category", "owner__email")
    raw_id_fields = ("owner",)
    readonly_fields = ("revision", "created_at")
    seller_paths = ("pk",)

    def sellers_of(self, obj: Any) -> set[int]:
        return {obj.pk}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        # Only what was edited: an import may have counted up the revision meanwhile.
        obj.save(update_fields=form.changed_data)
        facts_changed(seller_ids=[obj.pk], reason=_REASON)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        # An order keeps its gig from being deleted alone; with the seller both go.
        found = super().get_deleted_objects(objs, request)
        return (*found[:3], [])

    def delete_model(self, _request: HttpRequest, obj: Any) -> None:
        self._delete([obj.pk])

    def delete_queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._delete(list(queryset.values_list("pk", flat=True)))

    def _delete(self, ids: Sequence[int]) -> None:
        Order.objects.filter(seller__in=ids).delete()
        Seller.objects.filter(pk__in=ids).delete()


@admin.register(Gig)
class GigAdmin(FactAdmin):
    """Category and price band choose the gigs that this one is compared with."""

    list_display = ("title", "ref", "seller", "category", "price_band", "is_active")
    list_filter = ("is_active", "price_band")
    list_select_related = ("seller",)
    search_fields = ("title", "ref", "seller__handle")
    raw_id_fields = ("seller",)


class ReviewInline(ReviewLines):
    model = Review
    extra = 0
    raw_id_fields = ("source_file",)


@admin.register(Order)
class OrderAdmin(FactAdmin):
    list_display = ("ref", "seller", "gig", "status", "ordered_at", "amount", "currency")
    list_filter = ("status", "cancelled_by", "currency")
    list_select_related = ("seller", "gig")
    date_hierarchy = "ordered_at"
    search_fields = ("ref", "seller__handle", "buyer_label")
    raw_id_fields = ("seller", "gig", "first_batch", "last_batch", "source_file")
    readonly_fields = ("created_at", "changed_at")
    inlines = (ReviewInline,)
    show_full_result_count = False


@admin.register(Review)
class ReviewAdmin(FactAdmin):
    list_display = ("order", "stars", "posted_at", "removed_at")
    list_filter = ("stars",)
    list_select_related = ("order",)
    date_hierarchy = "posted_at"
    search_fields = ("order__ref", "order__seller__handle", "text")
    raw_id_fields = ("order", "source_file")
    readonly_fields = ("created_at",)
    show_full_result_count = False
    seller_paths = ("order__seller_id",)

    def sellers_of(self, obj: Any) -> set[int]:
        return {obj.order.seller_id}


@admin.register(ExchangeRate)
class ExchangeRateAdmin(FactAdmin):
    """A rate moves the weight of every order in its currency."""

    list_display = ("currency", "day", "usd_per_unit")
    list_filter = ("currency",)
    date_hierarchy = "day"
    search_fields = ("currency",)
    seller_paths = ()

    def sellers_of(self, obj: Any) -> set[int]:
        paid_in = Order.objects.filter(currency=obj.currency)
        return set(paid_in.order_by().values_list("seller_id", flat=True).distinct())


@admin.register(Observation)
class ObservationAdmin(FactAdmin):
    """What the platform displayed: the level held depends on it, the estimated score does not."""

    list_display = ("seller", "day", "kind", "gig", "value", "label", "created_by")
    list_filter = ("kind",)
    list_select_related = ("seller", "gig", "created_by")
    date_hierarchy = "day"
    search_fields = ("seller__handle", "label", "words")
    raw_id_fields = ("seller", "gig", "created_by")
    readonly_fields = ("created_at",)


@admin.register(Note)
class NoteAdmin(NotedAdmin):
    """Shared notes, and private ones of whoever asks: those of others are nobody's to read."""

    list_display = ("seller", "day", "until", "text", "author")
    list_select_related = ("seller", "author")
    date_hierarchy = "day"
    search_fields = ("seller__handle", "text")
    raw_id_fields = ("seller", "author")
    readonly_fields = ("created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Note]:
        mine = Q(author_id=request.user.pk)
        return super().get_queryset(request).filter(mine | Q(is_private=False))


@admin.register(Promise)
class PromiseAdmin(NotedAdmin):
    list_display = ("seller", "side", "text", "made_on", "due", "state")
    list_filter = ("state", "side")
    list_select_related = ("seller",)
    date_hierarchy = "due"
    search_fields = ("seller__handle", "text")
    raw_id_fields = ("seller", "author", "decided_by")
    readonly_fields = ("created_at",)


@admin.register(Inquiry)
class InquiryAdmin(FactAdmin):
    list_display = ("ref", "seller", "first_message_at", "first_reply_at")
    list_select_related = ("seller",)
    date_hierarchy = "first_message_at"
    search_fields = ("ref", "seller__handle")
    raw_id_fields = ("seller",)


@admin.register(WaitingReview)
class WaitingReviewAdmin(ReadOnlyAdmin):
    """Reviews whose order has not come yet: an import joins them, nobody else."""

    list_display = ("order_ref", "seller", "stars", "posted_at")
    list_select_related = ("seller",)
    search_fields = ("order_ref", "seller__handle")


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    list_display = ("id", "state", "seller", "created_by", "created_at", "rows_total")
    list_filter = ("state",)
    list_select_related = ("seller", "created_by")
    date_hierarchy = "created_at"
    search_fields = ("seller__handle", "created_by__email", "files__name")
    seller_paths = ("seller_id", "effects__seller_id")


@admin.register(ImportFile)
class ImportFileAdmin(ReadOnlyAdmin):
    list_display = ("name", "batch", "role", "rows", "size")
    list_filter = ("role",)
    list_select_related = ("batch",)
    search_fields = ("name", "sha256")
    seller_paths = ("batch__seller_id", "batch__effects__seller_id")


@admin.register(ImportEffect)
class ImportEffectAdmin(ReadOnlyAdmin):
    list_display = ("batch", "seller", "is_new", "orders_new", "orders_changed", "reviews_new")
    list_select_related = ("batch", "seller")
    search_fields = ("seller__handle",)


@admin.register(ImportRejection)
class ImportRejectionAdmin(ReadOnlyAdmin):
    list_display = ("batch", "file", "line", "column", "value", "reason")
    list_select_related = ("batch", "file")
    search_fields = ("reason", "value", "column")
    seller_paths = ("batch__seller_id", "batch__effects__seller_id")
