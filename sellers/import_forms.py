"""The upload of an import: which files, for whom."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.template.defaultfilters import filesizeformat

from sellers.access import is_admin, sellers_visible_to
from sellers.importing.batches import NewFile
from sellers.models import FileRole, ImportMapping, Seller, User

#: Files that one upload may hold.
MAX_FILES = 20
#: What the chooser of files offers first; anything else is looked at as well.
ACCEPTED = ".csv,.tsv,.txt,.xlsx,.eml,.mbox,.gz,text/csv,text/plain,message/rfc822"
PASTED_NAME = "pasted table.txt"


def max_upload_bytes() -> int:
    """What the files of one upload may weigh together."""
    limit: int = settings.IMPORT_MAX_BYTES
    return limit


class _FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; empty ones are left for the import itself to explain."""

    def __init__(self, **options: Any) -> None:
        attrs = {"accept": ACCEPTED, "multiple": True}
        super().__init__(widget=_FilesInput(attrs=attrs), allow_empty_file=True, **options)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files if file]


class PastedField(forms.CharField):
    """A table copied from a page or a spreadsheet."""

    def __init__(self) -> None:
        super().__init__(
            label="Or paste a table",
            required=False,
            strip=False,
            help_text="Mark it on a page or in a spreadsheet, its line of column names included, "
            "copy it, and paste it here.",
            widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        )


class ImportForm(forms.Form):
    """Files as a set, or a pasted table. Admins import for anybody, owners for their sellers."""

    uploaded = FilesField(label="Files", required=False)
    pasted = PastedField()
    seller = forms.ModelChoiceField(queryset=Seller.objects.none(), required=False)
    time_zone = forms.ChoiceField(
        label="Time zone of sellers that are not known yet",
        required=False,
        help_text="Only for times without a zone in files that do not name one.",
    )
    keeps_review_text = forms.BooleanField(
        label="Keep what buyers wrote in reviews",
        required=False,
        initial=True,
        help_text="Without it, stars are kept and words are dropped. Names of buyers are kept as "
        "a code that cannot be read back, unless the seller opted in.",
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.too_large = False
        field = self.fields["seller"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = sellers_visible_to(user)
        if is_admin(user):
            field.empty_label = "as the files say"
            field.help_text = "Choose a seller if the files do not name one; rows of any other are "
            field.help_text += "then refused."
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
        self.too_large = _check_uploads(self, cleaned)
        return cleaned

    def new_files(self) -> list[NewFile]:
        return _new_files(self.cleaned_data)


def _check_uploads(form: forms.Form, cleaned: dict[str, Any]) -> bool:
    """Say what is wrong with what was sent as a whole; whether it is too much."""
    files, pasted = cleaned.get("uploaded", []), cleaned.get("pasted", "").encode()
    if not files and not pasted.strip() and not form.errors:
        form.add_error(None, "Choose a file, or paste a table.")
    if len(files) > MAX_FILES:
        form.add_error(None, f"Choose at most {MAX_FILES} files at once.")
    size = sum(file.size or 0 for file in files) + len(pasted)
    if size <= max_upload_bytes():
        return False
    form.add_error(
        None,
        f"The files are {filesizeformat(size)} together; this page takes up to "
        f"{filesizeformat(max_upload_bytes())}. Nothing was saved. Split them, or run "
        "“manage.py import_orders” on the server.",
    )
    return True


def _new_files(cleaned: dict[str, Any]) -> list[NewFile]:
    """What was sent, a pasted table among it; what each holds is found out later."""
    uploads = list(cleaned["uploaded"])
    if cleaned["pasted"].strip():
        uploads.append(SimpleUploadedFile(PASTED_NAME, cleaned["pasted"].encode()))
    return [NewFile(FileRole.ORDERS, file.name or "file", file) for file in uploads]


class MoreFilesForm(forms.Form):
    """Files that join an import, or a table that is pasted."""

    uploaded = FilesField(label="Files", required=False)
    pasted = PastedField()
    too_large = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.too_large = _check_uploads(self, cleaned)
        return cleaned

    def new_files(self) -> list[NewFile]:
        return _new_files(self.cleaned_data)


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
