"""Staged observations → what the platform showed, in the caller's transaction, after the gigs."""

from __future__ import annotations

from sellers.importing.merge_facts import Facts, merge_facts
from sellers.importing.staging import OBSERVATIONS
from sellers.models import ChangeKind

_FACTS = Facts(
    kind="observations",
    change=ChangeKind.OBSERVATION,
    table="sellers_observation",
    staged=OBSERVATIONS,
    keys={"gig": "gig_id", "day": "day", "kind": "kind", "area": "area"},
    key_values={"gig": "p.gig_id", "day": "p.day::date"},
    facts={"value": "numeric(14,2)", "label": "text", "words": "text"},
    words=("label", "words"),
    lookups="LEFT JOIN sellers_gig AS gig "
    "ON gig.seller_id = incoming.seller_id AND gig.ref = incoming.gig",
    selected=", gig.id AS gig_id",
    same="known.gig_id IS NOT DISTINCT FROM gig.id AND known.day = incoming.day::date "
    "AND known.kind = incoming.kind AND known.area = incoming.area",
    refused="CASE WHEN incoming.gig <> '' AND gig.id IS NULL THEN incoming.gig END",
    column="gig",
    reason="The seller has no such gig.",
    fix="Correct the identifier, or import the gig or its orders first.",
    more={
        "created_at": "clock_timestamp()",
        "created_by_id": "(SELECT created_by_id FROM sellers_importbatch WHERE id = %(batch)s)",
    },
)
OBSERVATION_LOG = _FACTS.log


def merge_observations(batch_id: int) -> None:
    """Write the staged observations; what happened to each row is kept in ``merged_facts``."""
    merge_facts(_FACTS, batch_id=batch_id)
