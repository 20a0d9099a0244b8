"""Processes that must not outlive the one that started them."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

from config.embedded.launch import PARENT_CHECK_SECONDS, die_with_parent


def end_with_parent() -> None:
    """Kill this process when its parent ends: by the kernel on Linux, by a thread elsewhere."""
    if sys.platform.startswith("linux"):
        die_with_parent(signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
