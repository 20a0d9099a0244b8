"""The upload of an import: which files, for whom."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat

from sellers.access import is_admin, sellers_visible_to
from sellers.importing.batches import NewFile
from sellers.models import FileRole, ImportMapping, Seller, User

#: Files that one upload may hold.
MAX_FILES = 20


def max_upload_bytes() -> int:
    """What the files of one upload may weigh together."""
    limit: int = settings.IMPORT_MAX_BYTES
    return limit


class _FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; empty ones are left for the import itself to explain."""

    def __init__(self, **options: Any) -> None:
        attrs = {"accept": ".csv,text/csv,text/plain", "multiple": True}
        super().__init__(widget=_FilesInput(attrs=attrs), allow_empty_file=True, **options)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files if file]


class ImportForm(forms.Form):
    """Admins import for anybody; owners choose one of their sellers."""

    orders = FilesField(label="Orders", required=False)
    reviews = FilesField(label="Reviews", required=False)
    seller = forms.ModelChoiceField(queryset=Seller.objects.none(), required=False)
    time_zone = forms.ChoiceField(
        label="Time zone of sellers that are not known yet",
        required=False,
        help_text="Only for times without a zone in files that do not name one.",
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        sellers = sellers_visible_to(user)
        self.too_large = False
        field = self.fields["seller"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = sellers
        if is_admin(user):
            field.empty_label = "as the files say"
            field.help_text = "Choose a seller to refuse rows of any other."
            zone = self.fields["time_zone"]
            assert isinstance(zone, forms.ChoiceField)  # noqa: S101 - declared above
            zone.choices = [(name, name) for name in sorted(zoneinfo.available_timezones())]
            self.initial.setdefault("time_zone", "UTC")
        else:
            field.required, field.empty_label = True, None
            field.help_text = "Rows of any other seller are refused."
            del self.fields["time_zone"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        files = [*cleaned.get("orders", []), *cleaned.get("reviews", [])]
        if not files and not self.errors:
            raise forms.ValidationError("Choose a file of orders or of reviews.")
        if len(files) > MAX_FILES:
            raise forms.ValidationError(f"Choose at most {MAX_FILES} files at once.")
        size = sum(file.size or 0 for file in files)
        self.too_large = size > max_upload_bytes()
        if self.too_large:
            raise forms.ValidationError(
                f"The files are {filesizeformat(size)} together; this page takes up to "
                f"{filesizeformat(max_upload_bytes())}. Nothing was saved. Split them, or run "
                "“manage.py import_orders” on the server."
            )
        return cleaned

    def new_files(self) -> list[NewFile]:
        return [
            NewFile(role, file.name or f"{role.value}.csv", file)
            for role in (FileRole.ORDERS, FileRole.REVIEWS)
            for file in self.cleaned_data[role.value]
        ]


class MappingNameForm(forms.Form):
    """Another name for a saved mapping."""

    name = forms.CharField(label="Name", max_length=100)

    def __init__(self, *args: Any, mapping: ImportMapping, **options: Any) -> None:
        options.setdefault("initial", {"name": mapping.name})
        options.setdefault("auto_id", f"id_{mapping.pk}_%s")
        super().__init__(*args, **options)
        self.mapping = mapping

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = ImportMapping.objects.filter(owner=self.mapping.owner_id, name=name)
        if others.exclude(pk=self.mapping.pk).exists():
            raise forms.ValidationError("You already have a mapping of that name.")
        return name
