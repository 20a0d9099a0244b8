"""Which import an address means, if the visitor may see it."""

from __future__ import annotations

from django.http import Http404

from sellers.access import Visitor, imports_visible_to
from sellers.models import ImportBatch


def batch_or_404(user: Visitor, batch_id: int) -> ImportBatch:
    """The import with what its pages need; otherwise it does not exist for them."""
    batches = imports_visible_to(user).select_related(
        "seller", "created_by", "preview", "undo_preview"
    )
    try:
        return batches.get(pk=batch_id)
    except ImportBatch.DoesNotExist:
        raise Http404 from None
