"""``manage.py import_orders``: summary, exit code, rehearsal, rejected rows as a file."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sellers.importing import run as run_module
from sellers.importing.mapping.model import Mapping
from sellers.importing.mapping.saved import save_mapping
from sellers.management.commands.import_orders import Command
from sellers.models import ImportBatch, ImportState, Order, Review, Seller
from tests.builders import a_seller, a_user
from tests.sellers.importing.files import orders_file, reviews_file

pytestmark = pytest.mark.django_db


def run(*arguments: object, **options: Any) -> str:
    out = io.StringIO()
    call_command("import_orders", *map(str, arguments), stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def save(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_orders_and_reviews_go_in_with_a_summary(tmp_path: Path) -> None:
    orders = save(tmp_path / "o.csv", orders_file({}, {"order_ref": "FO2", "amount": "x"}))
    reviews = save(tmp_path / "r.csv", reviews_file({}))
    said = run(orders, "--reviews", reviews)
    assert "3 rows read" in said
    assert "2 new" in said
    assert "1 rejected" in said
    assert "o.csv, line 3, amount: “x” is not an amount." in said
    assert (Order.objects.count(), Review.objects.count()) == (1, 1)
    # The files stay where they are, and are not copied.
    assert orders.exists()
    assert ImportBatch.objects.get().files.filter(path="").count() == 2


def test_a_rehearsal_saves_nothing(tmp_path: Path) -> None:
    said = run(save(tmp_path / "o.csv", orders_file({})), "--dry-run")
    assert said.startswith("Checked; nothing was saved.")
    assert "1 new" in said
    assert not Seller.objects.exists()
    assert ImportBatch.objects.get().state == ImportState.DRY


def test_rejected_rows_can_be_written_to_a_file(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{}, {"order_ref": "FO2", "amount": "=1+1"}]
    out = tmp_path / "rejected.csv"
    run(save(tmp_path / "o.csv", orders_file(*rows)), "--rejected", out)
    table = list(csv.reader(io.StringIO(out.read_text())))
    assert [row[:4] for row in table] == [
        ["file", "line", "column", "value"],
        ["o.csv", "3", "amount", "'=1+1"],
    ]


def test_an_import_for_one_seller_needs_that_seller(tmp_path: Path) -> None:
    path = save(tmp_path / "o.csv", orders_file({}))
    with pytest.raises(CommandError, match="There is no seller “mira”") as refused:
        run(path, "--seller", "mira")
    assert refused.value.returncode == 2
    a_seller("mira")
    assert "1 new" in run(path, "--seller", "mira")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Name at least one file"),
        (("nowhere.csv", "two.csv"), r"nowhere.csv is not a file.\ntwo.csv is not a file"),
        ((Path(__file__).parent,), "is a folder: name its files, such as"),
        ((__file__, "--mappings-of", "nobody@example.test"), "Nobody here has the e-mail"),
        ((__file__, "--time-zone", "Mars"), "“Mars” is not a time zone"),
    ],
)
def test_wrong_usage_ends_with_code_2(arguments: tuple[object, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words) as refused:
        run(*arguments)
    assert refused.value.returncode == 2


def test_a_file_that_cannot_be_read_ends_with_code_1(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"o\.csv: The file is empty") as refused:
        run(save(tmp_path / "o.csv", ""))
    assert refused.value.returncode == 1


def test_an_import_of_nothing_but_rejected_rows_ends_with_code_1(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Every row was rejected") as refused:
        run(save(tmp_path / "o.csv", orders_file({"status": "x"})))
    assert refused.value.returncode == 1


THEIRS = Path(__file__).parent / "theirs"


def test_a_file_in_other_columns_is_recognised_and_read(tmp_path: Path) -> None:
    a_seller("mira")
    said = run(THEIRS / "fiverr_list.csv", "--seller", "mira", "--date-order", "dmy")
    assert "4 new" in said
    file = ImportBatch.objects.get().files.get()
    assert (file.role, file.mapping_name) == ("mixed", "Fiverr order list (scraped)")
    assert "4 unchanged" in run(
        THEIRS / "fiverr_list.csv", "--seller", "mira", "--preset", "fiverr-order-list"
    )
    assert "1 new" in run(THEIRS / "upwork.csv", "--platform", "upwork")


def test_columns_that_must_be_chosen_end_with_code_2_and_say_what_is_open(tmp_path: Path) -> None:
    a_seller("mira")
    text = "Order No,Service,Purchase date,Status,Total,Currency\nA-1,logo,05/04/2024,done,5,USD\n"
    path = save(tmp_path / "shop.csv", text)
    with pytest.raises(CommandError, match="could be two days") as refused:
        run(path, "--seller", "mira")
    assert refused.value.returncode == 2
    assert "--date-order" in str(refused.value)
    assert "1 new" in run(path, "--seller", "mira", "--date-order", "mdy")
    assert Order.objects.get().ordered_at.month == 5


def test_a_mapping_can_be_given_as_a_file(tmp_path: Path) -> None:
    columns = {
        "order_ref": {"theirs": ["a"]},
        "ordered_at": {"theirs": ["b"], "date_order": "dmy"},
        **{
            name: {"constant": value}
            for name, value in (
                ("gig", "g"), ("status", "completed"), ("currency", "USD"), ("seller", "mira")
            )
        },
    }  # fmt: skip
    mapping = tmp_path / "mine.json"
    mapping.write_text(json.dumps({"role": "orders", "columns": {"orders": columns}}))
    path = save(tmp_path / "x.csv", "a,b\nFO1,05/04/2024\n")
    assert "1 new" in run(path, "--mapping", mapping)
    assert Order.objects.get().ordered_at.month == 4
    mapping.write_text("{")
    with pytest.raises(CommandError, match="cannot be read as JSON"):
        run(path, "--mapping", mapping)


def test_a_mapping_that_somebody_saved_on_the_page_is_recognised(tmp_path: Path) -> None:
    ana, names = a_user(), ("order_ref", "what", "when")
    columns: dict[str, Any] = {
        "order_ref": {"theirs": ["order_ref"]},
        "gig": {"theirs": ["what"]},
        "ordered_at": {"theirs": ["when"]},
        "status": {"constant": "completed"},
        "currency": {"constant": "USD"},
    }
    mapping = Mapping.from_json({"role": "orders", "columns": {"orders": columns}})
    saved = save_mapping(owner=ana, name="shop", mapping=mapping, names=names)
    a_seller("mira")
    path = save(tmp_path / "x.csv", "order_ref,what,when\nFO1,logo,2024-04-05\n")
    with pytest.raises(CommandError, match=r"have to be chosen.*--mappings-of"):
        run(path, "--seller", "mira")
    assert "1 new" in run(path, "--seller", "mira", "--mappings-of", ana.email.upper())
    assert ImportBatch.objects.get().files.get().mapping_name == "shop"
    used_at = saved.used_at
    saved.refresh_from_db()
    assert saved.used_at > used_at


def test_what_lacks_a_seller_names_the_option_once() -> None:
    with pytest.raises(CommandError, match=r"for “seller”\. Say whose the rows are by --seller"):
        run(THEIRS / "fiverr_list.csv")


def test_ctrl_c_ends_the_import_with_nothing_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_module, "merge_staged", pressed)
    with pytest.raises(CommandError, match=r"Stopped\. Nothing was saved") as stopped:
        run(save(tmp_path / "o.csv", orders_file({})))
    assert stopped.value.returncode == 130
    # Final: no worker is given an import whose files it cannot see.
    assert ImportBatch.objects.get().state == ImportState.CANCELLED
    assert not Order.objects.exists()


def test_progress_on_a_terminal_is_one_line_without_the_colour_of_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    told = Terminal()
    monkeypatch.setattr("sys.stderr", told)
    path = save(tmp_path / "o.csv", orders_file({}))
    call_command(Command(stderr=told, force_color=True), str(path), stdout=io.StringIO())
    assert "\x1b[" not in told.getvalue()
    assert [line.count("\r") for line in told.getvalue().split("\n")] == [0, 3, 0]


def test_progress_names_no_rows_before_they_are_counted(tmp_path: Path) -> None:
    told = io.StringIO()
    path = save(tmp_path / "o.csv", orders_file({}))
    call_command("import_orders", str(path), stdout=io.StringIO(), stderr=told)
    lines = told.getvalue().splitlines()
    assert lines[0] == "looking at the files"
    assert lines[-1] == "1 of 1 rows · done"


def test_patterns_sets_and_review_text(tmp_path: Path) -> None:
    for number in range(3):
        save(tmp_path / f"orders-{number}.csv", orders_file({"order_ref": f"FO{number}"}))
    reviews = save(tmp_path / "r.csv", reviews_file({"order_ref": "FO1", "text": "kind"}))
    gigs = save(tmp_path / "g.csv", "seller,gig,gig_title\nmira,editing,I will edit\n")
    said = run(tmp_path / "orders-*.csv", "--reviews", reviews, "--gigs", gigs, "--no-review-text")
    assert "5 new" in said
    assert Review.objects.get().text == ""
    assert Order.objects.select_related("gig").first().gig.title == "I will edit"  # type: ignore[union-attr]


LOADED = """
import sys, django; django.setup()
from django.core.management import load_command_class
load_command_class("sellers", "import_orders")
print({"numba", "pandas", "plotly"} & sys.modules.keys() or "nothing")
"""


def test_the_command_is_there_without_what_it_does_not_need() -> None:
    said = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said == "nothing\n"
