"""The steps across the top: which are linked, and which one it is."""

from __future__ import annotations

from sellers.import_pages.steps import steps

URLS = {name: f"/{name}/" for name in ("file", "columns", "check", "effect", "done")}


def states(here: str, reached: str, *, failed: bool = False) -> list[tuple[str, str | None]]:
    return [(s.state, s.url) for s in steps(here=here, reached=reached, urls=URLS, failed=failed)]


def test_what_lies_behind_is_linked_and_what_lies_ahead_is_not() -> None:
    assert states("check", "check") == [
        ("done", "/file/"),
        ("done", "/columns/"),
        ("current", None),
        ("todo", None),
        ("todo", None),
    ]


def test_one_who_went_back_can_return_to_where_the_import_is() -> None:
    assert states("columns", "effect") == [
        ("done", "/file/"),
        ("current", None),
        ("done", "/check/"),
        ("todo", "/effect/"),
        ("todo", None),
    ]


def test_a_finished_import_is_done_wherever_one_stands() -> None:
    assert [state for state, _ in states("file", "done")][1:] == ["done"] * 4


def test_a_failure_is_said_at_the_step_where_it_ended() -> None:
    assert states("done", "done", failed=True)[-1] == ("failed", None)
    assert states("file", "done", failed=True)[-1] == ("failed", "/done/")
