"""What was imported, by whom, how far it got, and what was refused."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from sellers.models.sellers import Platform, Seller


class ImportState(models.TextChoices):
    """Where an import stands.

    The long way is columns → checking → ready → queued → running → done → undoing → undone;
    the direct way begins at queued. ``COLUMNS`` and ``READY`` wait for a person. A look at what
    an undo would do goes from done over undo_trial back to done.
    """

    COLUMNS = "columns", "waiting for its columns to be named"
    CHECKING = "checking", "being checked"
    READY = "ready", "checked, waiting for a decision"
    QUEUED = "queued", "waiting for a worker"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    DRY = "dry", "checked, nothing saved"
    CANCELLED = "cancelled", "cancelled, nothing saved"
    UNDO_TRIAL = "undo_trial", "done, its undo being worked out"
    UNDOING = "undoing", "being undone"
    UNDONE = "undone", "undone"

    @classmethod
    def final(cls) -> tuple[ImportState, ...]:
        return (cls.DONE, cls.FAILED, cls.DRY, cls.CANCELLED, cls.UNDONE)

    @classmethod
    def counted(cls) -> tuple[ImportState, ...]:
        """Its rows were counted by outcome."""
        return (cls.READY, cls.DRY, *cls.saved(), cls.UNDONE)

    @classmethod
    def saved(cls) -> tuple[ImportState, ...]:
        """What it brought is there, even if somebody thinks of taking it back."""
        return (cls.DONE, cls.UNDO_TRIAL, cls.UNDOING)

    @classmethod
    def for_workers(cls) -> tuple[ImportState, ...]:
        """A worker has it, or should soon."""
        return (cls.CHECKING, cls.QUEUED, cls.RUNNING, cls.UNDO_TRIAL, cls.UNDOING)

    @classmethod
    def for_people(cls) -> tuple[ImportState, ...]:
        """Nothing happens until somebody decides."""
        return (cls.COLUMNS, cls.READY)


class FileRole(models.TextChoices):
    """What a file holds. The first five are facts; the others are ways in which facts come."""

    ORDERS = "orders", "orders"
    REVIEWS = "reviews", "reviews"
    GIGS = "gigs", "gigs"
    INQUIRIES = "inquiries", "first messages of new clients"
    OBSERVATIONS = "observations", "what the platform showed"
    MIXED = "mixed", "orders with their reviews"
    MAIL = "mail", "order e-mails"
    #: Yields nothing itself; the mappings of other files of the batch look rows up in it.
    TABLE = "table", "a table that other files look up"


class ImportBatch(models.Model):
    """One import of one or more files; the database either has all of it or nothing."""

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: Set when the import may touch this seller only (an owner's upload).
    seller = models.ForeignKey(
        Seller, null=True, blank=True, on_delete=models.CASCADE, related_name="imports"
    )
    #: Marketplace of rows that name none.
    platform = models.CharField(max_length=16, choices=Platform, default=Platform.FIVERR)
    #: Check everything, save nothing.
    is_dry = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=ImportState, default=ImportState.QUEUED)
    #: What it is doing, in words, for the progress line.
    stage = models.CharField(max_length=60, blank=True)
    #: Why it failed and what to do, in words.
    message = models.TextField(blank=True)
    #: What was assumed while reading (encoding, unknown columns, …), a list of sentences.
    notes = models.JSONField(default=list, blank=True)
    #: Off, what buyers wrote is dropped at the door.
    keeps_review_text = models.BooleanField(default=True)
    #: Zone of times without one, for sellers that are not known yet.
    time_zone = models.CharField(max_length=64, default="UTC")
    rows_total = models.PositiveBigIntegerField(null=True)
    rows_done = models.PositiveBigIntegerField(default=0)
    rows_new = models.PositiveBigIntegerField(default=0)
    rows_changed = models.PositiveBigIntegerField(default=0)
    rows_unchanged = models.PositiveBigIntegerField(default=0)
    rows_waiting = models.PositiveBigIntegerField(default=0)
    #: Rows of reviews that say "no review was left" (stars 0).
    rows_no_review = models.PositiveBigIntegerField(default=0)
    rows_rejected = models.PositiveBigIntegerField(default=0)
    #: Rows that a person left out after the preview.
    rows_left_out = models.PositiveBigIntegerField(default=0)
    #: Reviews of earlier imports whose order came with this one.
    reviews_joined = models.PositiveBigIntegerField(default=0)
    #: How often a worker began it.
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    #: When it was last handed to the workers.
    queued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    #: Last sign of life of the worker that runs it.
    seen_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    #: Rows that a person leaves out, as ``[file id, line]``: the word on duplicates.
    left_out = models.JSONField(default=list, blank=True)
    #: The preview works out the scores of every seller, not only of those with most rows.
    wants_all_scores = models.BooleanField(default=False)
    #: Somebody asked to stop it; the worker looks before it saves anything.
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    #: Whether what it did is in the log, so that it can be undone.
    is_logged = models.BooleanField(default=False)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(finished_at__isnull=False) | ~Q(state__in=ImportState.final()),
                name="import_final_has_finished_at",
            ),
        )
        indexes = (
            # The list of one seller's imports, newest first.
            models.Index(fields=("seller", "-id"), name="import_seller_newest"),
            # The search for imports whose worker vanished; almost always empty.
            models.Index(
                fields=("id",),
                condition=Q(state__in=ImportState.for_workers()),
                name="import_for_workers",
            ),
        )

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def is_final(self) -> bool:
        return self.state in ImportState.final()

    @property
    def is_counted(self) -> bool:
        """Whether its numbers of rows are known: of what was never checked they are not."""
        return self.state in ImportState.counted()


class ImportFile(models.Model):
    """One file of a batch as it was given to us; ``path`` is below the upload folder."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="files")
    role = models.CharField(max_length=16, choices=FileRole)
    name = models.CharField(max_length=255)
    #: How its columns become ours (:class:`sellers.importing.mapping.model.Mapping` as JSON);
    #: NULL: the file has our own columns.
    mapping = models.JSONField(null=True, blank=True)
    #: The sheet of a workbook that is read; "" is the first that holds a table.
    sheet = models.CharField(max_length=100, blank=True)
    #: The preset or the saved mapping that ``mapping`` came from.
    mapping_name = models.CharField(max_length=100, blank=True)
    path = models.CharField(max_length=500, blank=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class ImportMapping(models.Model):
    """How one person reads one kind of file, known again by the columns that the file names."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="import_mappings"
    )
    name = models.CharField(max_length=100)
    #: Hash of the names of the columns, whatever their order.
    fingerprint = models.CharField(max_length=64)
    #: What the file holds.
    role = models.CharField(max_length=16, choices=FileRole)
    mapping = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "name"),
                name="import_mapping_owner_name_unique",
                violation_error_message="You already have a mapping of that name.",
            ),
        )
        indexes = (
            # The search for a mapping that fits an uploaded file, last used first.
            models.Index(fields=("owner", "fingerprint", "-used_at"), name="import_mapping_fits"),
        )

    def __str__(self) -> str:
        return self.name


class ImportEffect(models.Model):
    """What one import changed for one seller; sellers it left as they were have no row."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="effects")
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="import_effects")
    is_new = models.BooleanField(default=False)
    gigs_new = models.PositiveIntegerField(default=0)
    gigs_changed = models.PositiveIntegerField(default=0)
    orders_new = models.PositiveIntegerField(default=0)
    orders_changed = models.PositiveIntegerField(default=0)
    reviews_new = models.PositiveIntegerField(default=0)
    reviews_changed = models.PositiveIntegerField(default=0)
    reviews_joined = models.PositiveIntegerField(default=0)
    inquiries_new = models.PositiveIntegerField(default=0)
    inquiries_changed = models.PositiveIntegerField(default=0)
    observations_new = models.PositiveIntegerField(default=0)
    observations_changed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("batch", "seller")
        constraints = (
            models.UniqueConstraint(
                fields=("batch", "seller"), name="import_effect_batch_seller_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.batch_id} on {self.seller_id}"


class ImportRejection(models.Model):
    """One row that was not imported: where, what, why, and how to mend it."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rejections")
    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="+")
    #: Line of the file on which the row begins; the header is line 1.
    line = models.PositiveBigIntegerField()
    column = models.CharField(max_length=100, blank=True)
    value = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=300)
    fix = models.CharField(max_length=300)

    class Meta:
        ordering = ("file", "line", "id")

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
