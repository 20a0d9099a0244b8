"""Compiling with numba where it is installed; the same functions run as they are without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

njit: Callable[..., Any] | None
try:
    from numba import njit
except ImportError:  # No wheel for this machine: slower, the same numbers.
    njit = None

#: Fused multiply-add and reordered sums, which the 1e-9 to the reference leaves room for.
#: Not the flags that assume there is no NaN: NaN marks days without a value.
FAST = {"contract", "reassoc", "nsz"}


def compiled(function: F) -> F:
    """Compile a kernel function on its first call, cached on disk where that can be written.

    Functions that call each other stay in one module: numba's cache of a function looks only
    at the file it stands in. Arrays are copied and added by loops: an assignment from one array
    to another (``a[:] = b``) brings an error message about shapes along, whose making takes longer
    to compile than most functions here.
    """
    if njit is None:
        return function
    options: dict[str, Any] = {"nogil": True, "fastmath": FAST, "error_model": "numpy"}
    options["no_cfunc_wrapper"] = True  # nobody calls them from C; a tenth of the compiling
    try:
        kernel: F = njit(cache=True, **options)(function)
    except RuntimeError:  # No writable place for the cache: compile in every process.
        kernel = njit(**options)(function)
    return kernel
