"""What imports said and changed: the ground of undo, of provenance and of "what did we know".

What a batch *added* is known by ``first_batch`` of the added row. What it said about a row
that was known already is one :class:`ImportChange`: the facts it changed with their values
before, and which facts it named, so that undoing an earlier batch can tell what a later one
had said too.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sellers.models.imports import ImportBatch, ImportFile


class ChangeKind(models.IntegerChoices):
    """Of which table ``row_id`` is a row."""

    ORDER = 1, "order"
    REVIEW = 2, "review"
    WAITING = 3, "waiting review"
    GIG = 4, "gig"
    SELLER = 5, "seller"
    INQUIRY = 6, "inquiry"
    OBSERVATION = 7, "observation"
    #: A waiting review that joined its order: ``row_id`` is the review, ``before`` holds the
    #: number under which it waited.
    JOINED = 8, "review that joined its order"
    #: A waiting review that was refused in the end: ``before`` is the whole row.
    DROPPED = 9, "waiting review that was refused"


class ImportChange(models.Model):
    """What one import said about one row that was known before.

    Entries of one row are in the order of their ids: imports that touch a seller wait for
    each other.
    """

    #: Neither the import nor the file is checked by the database, as in the rows themselves:
    #: an import that repeats a history has an entry for every row of it.
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, related_name="changes", db_constraint=False
    )
    kind = models.SmallIntegerField(choices=ChangeKind)
    row_id = models.BigIntegerField()
    #: Changed facts with their values before; NULL where the row only said what was known.
    before = models.JSONField(null=True)
    #: Which facts were named, one bit each (:mod:`sellers.importing.history`).
    named = models.IntegerField(default=0)
    #: Named facts that lost against what was known, with the values that were named.
    overruled = models.JSONField(null=True)
    file = models.ForeignKey(
        ImportFile,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    line = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            # Serves the entries of one row, oldest first.
            models.UniqueConstraint(
                fields=("kind", "row_id", "batch"), name="import_change_once_a_batch"
            ),
        )

    def __str__(self) -> str:
        return f"{self.batch_id} on {self.get_kind_display()} {self.row_id}"


class ImportPreview(models.Model):
    """What a batch would do, worked out by doing it on copies, or in what was rolled back."""

    batch = models.OneToOneField(ImportBatch, on_delete=models.CASCADE, related_name="preview")
    computed_at = models.DateTimeField()
    #: The answer, described in :mod:`sellers.importing.preview`.
    effect = models.JSONField()
    #: Revisions of the sellers that it touches, by id: whether facts have moved since.
    revisions = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"preview of {self.batch_id}"


class ImportUndoPreview(models.Model):
    """What taking a batch back would do, worked out on copies; or why that could not be done."""

    batch = models.OneToOneField(ImportBatch, on_delete=models.CASCADE, related_name="undo_preview")
    computed_at = models.DateTimeField()
    #: The answer, described in :mod:`sellers.importing.undo_trial`.
    effect = models.JSONField(null=True)
    #: Why there is none, in words.
    problem = models.TextField(blank=True)
    #: What it was worked out from, described in :mod:`sellers.importing.undo_ground`.
    ground = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(effect__isnull=True) ^ Q(problem=""),
                name="import_undo_preview_effect_or_problem",
            ),
        )

    def __str__(self) -> str:
        return f"preview of the undo of {self.batch_id}"


class ImportRawBlock(models.Model):
    """The cells of some rows as the file gave them, compressed; personal columns are blank."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="raw_blocks")
    first_line = models.BigIntegerField()
    last_line = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    #: :mod:`sellers.importing.raw_cells` packs and reads it.
    data = models.BinaryField()

    class Meta:
        ordering = ("file", "first_line")
        indexes = (
            # The block that holds a line of a file.
            models.Index(fields=("file", "first_line"), name="import_raw_block_place"),
        )

    def __str__(self) -> str:
        return f"lines {self.first_line} to {self.last_line} of {self.file_id}"
