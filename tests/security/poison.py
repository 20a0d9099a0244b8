"""Script and formulas in every text that an import or a person can fill."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import CharField, EmailField, Field, Model, TextField

from metrics.models import Move
from metrics.services import recompute_sellers
from sellers.importing.batches import NewFile
from sellers.importing.decisions import preview_batch
from sellers.importing.drafts import start_draft
from sellers.importing.run import run_batch
from sellers.models import FileRole, ImportBatch, Seller
from tests.builders import NOW

#: Texts that a program writes, whatever people and files say.
WRITTEN_BY_PROGRAMS = frozenset(
    {
        *("token_hash", "secret_hash", "sha256", "fingerprint", "buyer_key", "path", "password"),
        *("policy", "engine_version", "rule_set", "rule", "rules", "rules_version", "cause_rule"),
        *("score_policy", "score_engine", "level_rules", "promotion_rules"),
        *("currency", "time_zone", "page", "stage", "area"),
    }
)
SCRIPT = "<img src=x onerror=pwned()><script>pwned()</script>"


def fillable() -> list[tuple[type[Model], Field[Any, Any]]]:
    """Every text of every table of this site's own that holds what somebody wrote."""
    return [
        (model, field)
        for label in ("sellers", "metrics", "eligibility")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, CharField | TextField)
        and not field.choices
        and field.name not in WRITTEN_BY_PROGRAMS
    ]


def poison() -> dict[str, str]:
    """Fill every text of every row; the field by the mark that stands in its texts."""
    marks = {}
    for number, (model, field) in enumerate(fillable()):
        mark = f"~{number}~"
        for row in model._default_manager.order_by("pk"):
            if isinstance(field, EmailField):
                text = f'"{mark}\'<img src=x onerror=pwned()>{row.pk}"@example.test'
            else:
                text = f"={mark}{row.pk}'\"{SCRIPT}"[: field.max_length]
            model._default_manager.filter(pk=row.pk).update(**{field.name: text})
            marks[mark] = f"{model.__name__}.{field.name}"
    ImportBatch.objects.update(notes=[f"=~notes~{SCRIPT}"])
    Seller.objects.update(keeps_buyer_names=True)
    Move.objects.update(headline=None)
    ids = list(Seller.objects.order_by("pk").values_list("pk", flat=True))
    recompute_sellers(seller_ids=ids, now=NOW, from_scratch=True)
    return marks | {"~notes~": "ImportBatch.notes"}


def poisoned_import(seller: Seller) -> ImportBatch:
    """A checked import whose file, columns and cells hold the same; one row of it is refused."""
    cells = {name: f"=~{name}~{SCRIPT}" for name in ("gig", "order_ref", "buyer", "odd column")}
    good = {
        **cells,
        "ordered_at": "2024-05-01T10:00:00Z",
        "status": "completed",
        "currency": "USD",
    }
    bad = {**good, "order_ref": f"=~refused~{SCRIPT}", "status": f"=~status~{SCRIPT}"}
    out = io.StringIO()
    writer = csv.DictWriter(out, [*good, f"=~column~{SCRIPT}"], restval="")
    writer.writeheader()
    writer.writerows([good, bad])
    name = f"=~file~{SCRIPT}.csv".replace("/", "")
    file = SimpleUploadedFile("orders.csv", out.getvalue().encode())
    owner = seller.owner
    assert owner is not None
    new = NewFile(FileRole.ORDERS, name, file)
    batch = start_draft(files=[new], created_by=owner, seller=seller)
    preview_batch(batch_id=batch.pk)
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


class Finder(HTMLParser):
    """What a browser would run of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found += [f"{tag} {name}" for name in given if name.startswith("on")]
        self.found += [
            f"{tag} {name}={value}"
            for name, value in given.items()
            if name in ("href", "src", "action", "formaction")
            and value.strip().lower().startswith(("javascript:", "data:text", "vbscript:"))
        ]
        kind = given.get("type", "")
        if tag == "script" and "src" not in given and kind != "application/json":
            self.found.append("inline script")
        if given.get("src") == "x":
            self.found.append("planted image")
        if tag in ("iframe", "object", "embed", "base"):
            self.found.append(tag)


def what_would_run(page: str) -> list[str]:
    finder = Finder()
    finder.feed(page)
    finder.close()
    return finder.found


def formulas(table: str) -> Iterator[str]:
    """Cells of a CSV file that a spreadsheet would compute; numbers are none."""
    for row in csv.reader(io.StringIO(table.removeprefix("\ufeff"))):
        for cell in row:
            if cell.lstrip().startswith(("=", "+", "-", "@")) or cell.startswith(
                ("\t", "\r", "\n")
            ):
                try:
                    float(cell)
                except ValueError:
                    yield cell
