"""Blocks on their way to the server, on a thread of its own, while the next ones are read.

What waits for the server, or compresses, holds up nobody. The connection is one and the same,
temporary tables belong to it: whoever asks the database something in the meantime first waits
until everything is written that was handed over before.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import Connection

#: Something to write, given the driver's connection.
Write = Callable[[Connection[Any]], None]
#: Writes that may wait: they hold their blocks in memory.
_WAITING = 2
#: Seconds after which the thread that reads lets the other one go on: that one mostly waits for
#: the server, and each time it was answered it would wait five times as long for its turn.
_TURN_SECONDS = 0.001


class Writing:
    """Writes what it is given in that order; in a ``with`` block, at whose end all is written.

    What goes wrong is raised by the next call, at the latest by the end of the block.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import")
        self._waiting: deque[Future[None]] = deque()
        self._ends = ExitStack()
        # The one of this thread: another thread would be given one of its own.
        self._through = connections[DEFAULT_DB_ALIAS]

    def __enter__(self) -> Self:
        self._through.ensure_connection()
        self._ends.callback(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(_TURN_SECONDS)
        self._ends.enter_context(self._through.execute_wrapper(self._settled))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self.settle()
        finally:
            self._thread.shutdown(wait=True, cancel_futures=True)
            self._ends.close()

    def put(self, write: Write) -> None:
        """Hand something over; waits where much is waiting already."""
        while len(self._waiting) >= _WAITING:
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(_write, write, self._through))

    def settle(self) -> None:
        """Wait until everything is written."""
        while self._waiting:
            self._waiting.popleft().result()

    def _settled(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        """Around every statement of the thread that reads."""
        self.settle()
        return execute(*arguments)


def _write(write: Write, through: Any) -> None:
    # Django keeps its wrapper to one thread, and knows errors by its own names.
    with through.wrap_database_errors:
        write(through.connection)
