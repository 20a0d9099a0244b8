"""What is compiled ahead: every loop, and no more than it needs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.servers import ROOT

# In a process of its own: here other tests have called, and so compiled, much already.
LEFT_OUT = """
import importlib, sys
from eligibility.rules import warm_up as rules
from metrics.engine import warm_up as engine

engine.warm_up()
rules.warm_up()
for called in sys.argv[1:]:
    module, name = called.split(":")
    if not getattr(importlib.import_module(module), name).signatures:
        print(called)
"""


def loops() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every compiled function, with the name of its module."""
    for folder in ("metrics/engine", "eligibility/rules"):
        for path in sorted((ROOT / folder).glob("*.py")):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.FunctionDef) and any(
                    isinstance(mark, ast.Name) and mark.id == "compiled"
                    for mark in node.decorator_list
                ):
                    yield f"{folder.replace('/', '.')}.{path.stem}", node


def test_warming_up_compiles_every_loop() -> None:
    pytest.importorskip("numba")
    called_by_loops = {
        part.func.id
        for _, loop in loops()
        for part in ast.walk(loop)
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
    }
    # The others come along inside those that call them.
    called = [f"{module}:{loop.name}" for module, loop in loops()]
    called = [name for name in called if name.partition(":")[2] not in called_by_loops]
    assert len(called) >= 6
    done = subprocess.run(
        [sys.executable, "-c", LEFT_OUT, *called],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""


def test_no_loop_assigns_one_array_to_another() -> None:
    """Slices take single numbers: see :func:`metrics.engine.compiled.compiled`."""
    found = [
        f"{module}, line {line.lineno}"
        for module, loop in loops()
        for line in ast.walk(loop)
        if isinstance(line, ast.Assign)
        for target in line.targets
        for part in (target.elts if isinstance(target, ast.Tuple) else [target])
        if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Slice)
        for value in (line.value.elts if isinstance(line.value, ast.Tuple) else [line.value])
        if not isinstance(value, ast.Constant)
        and not (isinstance(value, ast.Name) and value.id.isupper())
    ]
    assert found == []
