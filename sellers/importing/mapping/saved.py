"""Mappings that people keep: saved under a name, known again by the columns of a file."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

from django.db.models import QuerySet
from django.utils import timezone

from sellers.importing.formats import plain_name
from sellers.importing.mapping.model import Mapping
from sellers.models import ImportMapping, User


def fingerprint(names: Sequence[str]) -> str:
    """Hash of the names of columns, whatever their order, case and separators."""
    plain = sorted(plain_name(name) for name in names)
    return hashlib.sha256("\n".join(plain).encode()).hexdigest()


def mappings_of(user: User) -> QuerySet[ImportMapping]:
    """The mappings that a user saved."""
    return ImportMapping.objects.filter(owner=user)


def save_mapping(
    *, owner: User, name: str, mapping: Mapping, names: Sequence[str]
) -> ImportMapping:
    """Keep a mapping for files with these columns; one of the same name is replaced."""
    saved, _ = ImportMapping.objects.update_or_create(
        owner=owner,
        name=name,
        defaults={
            "fingerprint": fingerprint(names),
            "role": mapping.role,
            "mapping": mapping.as_json(),
        },
    )
    return saved


def rename_mapping(*, saved: ImportMapping, name: str) -> ImportMapping:
    """Give a mapping another name; the name must be free among those of its owner."""
    saved.name = name
    saved.full_clean()
    saved.save(update_fields=["name"])
    return saved


def remove_mapping(*, saved: ImportMapping) -> None:
    """Forget a mapping; imports that used it keep their copy."""
    saved.delete()


def recognise_mapping(*, owner: User | None, names: Sequence[str]) -> ImportMapping | None:
    """The mapping that was last used for a file with these columns."""
    if owner is None:
        return None
    found = mappings_of(owner).filter(fingerprint=fingerprint(names))
    return found.order_by("-used_at", "-pk").first()


def note_use(*, owner: User, names: Collection[str]) -> None:
    """Remember that mappings were used just now: of several that fit, the last is proposed."""
    mappings_of(owner).filter(name__in=names).update(used_at=timezone.now())
