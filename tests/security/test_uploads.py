"""Files that mean harm: names, kinds, numbers and archives."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from sellers.import_forms import MAX_FILES
from sellers.models import ImportBatch, ImportFile, Seller, User
from tests.builders import a_seller, a_user

TABLE = b"order_ref,gig,ordered_at,status\nFO1,logo,2024-05-01,completed\n"
BOUNDARY = "a-line-between"

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(uploads: Path) -> User:
    owner = a_user("owner@example.test")
    a_seller("mira", owner=owner)
    return owner


@pytest.fixture
def client(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def upload(client: Client, *files: tuple[str, bytes]) -> int:
    """The status of the answer; the page that follows is opened, too."""
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    body = {"uploaded": sent, "seller": Seller.objects.get().pk}
    answer = client.post(reverse("sellers:import_new"), body)
    if answer.status_code != 302:
        return answer.status_code
    return client.get(answer["Location"]).status_code


@pytest.mark.parametrize(
    "name",
    ["../../../etc/cron.d/x.csv", "/etc/passwd", "..\\..\\x.csv", "C:\\boot.ini", "a/../../b.csv"],
)
def test_a_name_with_a_path_writes_nowhere_else(client: Client, uploads: Path, name: str) -> None:
    seller = Seller.objects.get().pk
    # Sent as a browser would not: a client of one's own writes what it likes.
    part = f'Content-Disposition: form-data; name="uploaded"; filename="{name}"'
    lines = [
        f"--{BOUNDARY}",
        'Content-Disposition: form-data; name="seller"',
        "",
        str(seller),
        f"--{BOUNDARY}",
        part.replace("\\", "\\\\"),
        "Content-Type: text/csv",
        "",
        TABLE.decode(),
        f"--{BOUNDARY}--",
        "",
    ]
    answer = client.post(
        reverse("sellers:import_new"),
        "\r\n".join(lines).encode(),
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
    )
    assert answer.status_code == 302
    file = ImportFile.objects.get()
    assert "/" not in file.name
    assert "\\" not in file.name
    written = [path.relative_to(uploads) for path in uploads.rglob("*") if path.is_file()]
    assert written == [Path(f"imports/{file.batch_id}/1.csv")]


def test_a_name_of_thousands_of_letters_is_cut(client: Client) -> None:
    assert upload(client, ("x" * 5000 + ".csv", TABLE)) == 200
    assert len(ImportFile.objects.get().name) <= 255


def test_too_many_files_are_refused_and_none_is_kept(client: Client, uploads: Path) -> None:
    many = [(f"{number}.csv", TABLE) for number in range(MAX_FILES + 1)]
    assert upload(client, *many) == 422
    assert upload(client, *many * 5) == 400  # more parts than Django reads
    assert not ImportBatch.objects.exists()
    assert not any(path.is_file() for path in uploads.rglob("*"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8),
        ("program.csv", b"\x7fELF" + bytes(4096)),
        ("page.csv", b"<!doctype html><script>pwned()</script>" * 9),
        ("not.xlsx", b"PK\x03\x04 and no archive"),
        ("nothing.csv", b""),
        ("letter.eml", b"From: a\r\nSubject: =?utf-8?B?" + b"A" * 100_000),
    ],
)
def test_what_is_no_table_is_said_on_the_page_and_imports_nothing(
    client: Client, name: str, content: bytes
) -> None:
    assert upload(client, (name, content)) in (200, 422)
    assert ImportBatch.objects.get().state == "columns"


def sheet(rows: bytes) -> bytes:
    """A workbook of one sheet, written by hand."""
    out = io.BytesIO()
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets>'
            '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{links}/worksheet" Target="worksheets/s.xml"/>'
            "</Relationships>",
        )
        head = f'<worksheet xmlns="{main}"><sheetData>'.encode()
        archive.writestr("xl/worksheets/s.xml", head + rows + b"</sheetData></worksheet>")
    return out.getvalue()


def row(number: str, *cells: str) -> bytes:
    inner = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return f'<row r="{number}">{inner}</row>'.encode()


HEAD = row("1", "order_ref", "gig", "ordered_at", "status")
LINE = ("FO1", "logo", "2024-05-01", "completed")


def test_the_workbook_of_these_tests_is_read_when_it_means_no_harm(client: Client) -> None:
    assert upload(client, ("good.xlsx", sheet(HEAD + row("2", *LINE)))) == 200


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.xlsx", sheet(HEAD + b" " * (100 << 20))),
        ("bomb.csv.gz", gzip.compress(b"a,b\n" + bytes(100 << 20), compresslevel=1)),
        ("rows.xlsx", sheet(HEAD + row("9" * 30, *LINE) + row("9" * 5000, *LINE))),
        ("column.xlsx", sheet(HEAD + b'<row r="2"><c r="ZZZ9"><v>1</v></c></row>')),
        ("texts.xlsx", sheet(HEAD + b'<row r="2"><c t="s"><v>' + b"9" * 5000 + b"</v></c></row>")),
    ],
    ids=["bomb", "gzip", "rows", "column", "texts"],
)
def test_an_archive_that_means_harm_is_no_error_of_the_server(
    client: Client, name: str, content: bytes
) -> None:
    assert len(content) < 2 << 20
    assert upload(client, (name, content)) in (200, 422)


def test_an_entity_that_grows_is_refused(client: Client) -> None:
    text = sheet(HEAD + row("2", *LINE))
    grown = io.BytesIO()
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
    with zipfile.ZipFile(io.BytesIO(text)) as old, zipfile.ZipFile(grown, "w") as new:
        for part in old.namelist():
            body = old.read(part)
            new.writestr(part, bomb + body if part.endswith("s.xml") else body)
    assert upload(client, ("entities.xlsx", grown.getvalue())) == 422
