"""The step of the columns for one file: what is known, what was answered, what comes of it."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import replace
from typing import Any

from sellers.import_pages.column_form import ColumnsForm
from sellers.import_pages.columns import FileColumns
from sellers.import_pages.columns_page import file_columns
from sellers.import_pages.draft_file import (
    DraftFile,
    asked_of,
    columns_of,
    open_draft,
    today_of,
    usable_joins,
)
from sellers.import_pages.looking import read_first
from sellers.import_pages.reading_form import ReadingForm
from sellers.importing.drafts import choose_sheet, draft_mapping, set_mapping
from sellers.importing.mapping.guess import guess_columns
from sellers.importing.mapping.model import Mapping
from sellers.importing.mapping.presets import presets
from sellers.importing.mapping.proofs import prove, without_proofs
from sellers.importing.mapping.propose import Proposal, judged, propose_mapping
from sellers.importing.mapping.saved import mappings_of, note_use, save_mapping
from sellers.importing.problems import FileProblemError
from sellers.importing.sources import file_stem
from sellers.models import FileRole, ImportBatch, ImportFile, User

#: Roles whose columns are not ours to choose.
_BARE = (FileRole.TABLE, FileRole.MAIL)


class ColumnsStep:
    """One file of a draft and the person who maps it.

    Raises :class:`FileProblemError` when made, if the file cannot be read.
    """

    form: ColumnsForm | None

    def __init__(self, file: ImportFile, batch: ImportBatch, user: User) -> None:
        self.file, self.batch, self.user = file, batch, user
        self.today = today_of(batch)
        self._open(draft_mapping(file))

    @property
    def proposal(self) -> Proposal:
        """The mapping judged by the first rows."""
        if self.mapping is None:
            return Proposal(FileRole(self.file.role), None, self.file.mapping_name)
        return judged(
            self.mapping,
            self.draft.profile,
            self.today,
            known_as=self.file.mapping_name,
            guesses=guess_columns(self.draft.profile, self.mapping.roles, by_cells=True),
            has_seller=self.batch.seller_id is not None,
        )

    def answer(self, data: MappingOf[str, Any]) -> bool:
        """Take the fields in and keep what they say; False where a field is wrong."""
        self.reading = self._reading_form(data)
        if not self.reading.is_valid():
            return False
        sheet = self.reading.cleaned_data.get("sheet", self.file.sheet)
        if sheet != self.file.sheet:
            return self._turn_to(sheet)
        recipe, role = self.reading.cleaned_data["recipe"], self.reading.cleaned_data["role"]
        if recipe or role != self.file.role:
            self._begin_anew(recipe, FileRole(role))
            return True
        form = self._form(data)
        if form is None:
            return True
        if not form.is_valid():
            self.form = form
            return False
        columns = form.to_columns()
        if not any(columns.values()):
            form.add_error(None, "Choose what at least one of the columns is.")
            self.form = form
            return False
        assert self.mapping is not None  # noqa: S101 - there is a form
        self._keep(
            replace(
                self.mapping,
                columns=columns,
                joins=self.reading.joins(),
                gathers=self.reading.cleaned_data["gathers"],
            ),
            _name_in(data),
        )
        return True

    def _turn_to(self, sheet: str) -> bool:
        """Another sheet: other columns, about which nothing was said yet."""
        try:
            self.file.sheet, before = sheet, self.file.sheet
            columns_of(self.file)
        except FileProblemError as problem:
            self.file.sheet = before
            self.reading.add_error("sheet", str(problem))
            return False
        choose_sheet(file=self.file, sheet=sheet, owner=self.user)
        self._open(draft_mapping(self.file))
        return True

    def save_as(self, data: MappingOf[str, Any]) -> str:
        """Keep the mapping under the name that was given, if one was; returns the name."""
        name = _name_in(data)
        if not name or self.mapping is None:
            return ""
        mapping = replace(self.mapping, sheet=self.file.sheet)
        save_mapping(owner=self.user, name=name, mapping=mapping, names=columns_of(self.file))
        return name

    def page(self) -> FileColumns:
        """What the page says."""
        return file_columns(
            file=self.file,
            form=self.form,
            look=self.draft.look,
            read=read_first(self.draft.look, self.mapping, self.today) if self.mapping else {},
            proposal=self.proposal,
            proofs=self._proofs(),
        )

    def _proofs(self) -> tuple[str, ...]:
        """What the first rows show, whatever was settled before."""
        if self.mapping is None:
            return ()
        return prove(without_proofs(self.mapping), self.draft.profile, self.today).proofs

    def _begin_anew(self, recipe: str, role: FileRole) -> None:
        """Another recipe, or another kind of file: what was chosen before does not count."""
        kind, _, key = recipe.partition(":")
        wanted = None if recipe or role in _BARE else role
        if role in _BARE and not recipe:
            self._store(None, "", role)
        elif kind == "preset" and key in presets():
            preset = presets()[key]
            self._keep(preset.mapping(self.draft.look.names), preset.name)
        elif kind == "saved" and (saved := mappings_of(self.user).filter(pk=key).first()):
            note_use(owner=self.user, names=[saved.name])
            self._keep(Mapping.from_json(saved.mapping), saved.name)
        else:
            found = propose_mapping(
                self.draft.look.as_table(),
                today=self.today,
                owner=self.user,
                role=wanted,
                profile=self.draft.profile,
                has_seller=self.batch.seller_id is not None,
                by_cells=True,
            )
            self._store(found.mapping, found.known_as, found.role)

    def _keep(self, mapping: Mapping, name: str = "") -> None:
        """A mapping with what the file proves settled."""
        joins = tuple(usable_joins(self.file, self.batch, mapping))
        mapping = replace(mapping, joins=joins)
        draft = open_draft(self.file, self.batch, mapping)
        settled = judged(mapping, draft.profile, self.today).mapping or mapping
        same = self.mapping is not None and settled.columns == self.mapping.columns
        self._store(settled, name or (self.file.mapping_name if same else ""))

    def _store(self, mapping: Mapping | None, name: str, role: FileRole | None = None) -> None:
        role = role or FileRole(mapping.role if mapping else self.file.role)
        set_mapping(file=self.file, role=role, mapping=mapping, name=name)
        self._open(mapping)

    def _open(self, mapping: Mapping | None) -> None:
        """Look at the file as the mapping lays it out, with the fields of that."""
        self.mapping = mapping
        self.draft: DraftFile = open_draft(self.file, self.batch, mapping)
        self.reading = self._reading_form()
        self.form = self._form()

    def _form(self, data: MappingOf[str, Any] | None = None) -> ColumnsForm | None:
        if self.mapping is None:
            return None
        return ColumnsForm(
            data,
            names=self.draft.look.names,
            mapping=self.mapping,
            asked=asked_of(self.mapping, self.draft.profile),
            seller_chosen=self.batch.seller_id is not None,
        )

    def _reading_form(self, data: MappingOf[str, Any] | None = None) -> ReadingForm:
        return ReadingForm(
            data,
            role=FileRole(self.file.role),
            mapping=self.mapping,
            names=self.draft.look.names,
            others=self._others(),
            sheets=self.draft.sheets,
            sheet=self.file.sheet,
            saved=list(mappings_of(self.user).order_by("name")),
        )

    def _others(self) -> dict[str, list[str]]:
        """The columns of the other files, by the name under which mappings know them."""
        found: dict[str, list[str]] = {}
        for other in self.batch.files.exclude(pk=self.file.pk):
            try:
                found[file_stem(other.name)] = list(columns_of(other))
            except FileProblemError:
                continue
        return found


def _name_in(data: MappingOf[str, Any]) -> str:
    """The name under which the mapping is to be kept."""
    return str(data.get("save_as", "")).strip()[:100]
