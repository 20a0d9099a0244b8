"""Starts everything, says where it is, looks after it, stops it."""

from __future__ import annotations

import os
import signal
import sys
import time
from functools import partial
from types import FrameType

from config import env
from config.embedded import CannotStart, Home, Servers, processes
from config.embedded.errors import from_log
from config.embedded.lock import AlreadyOwned, FolderLock
from config.embedded.servers import KINDS
from config.env import BadSetting
from config.healthcheck import host_to_ask, is_well
from config.run import preflight, programs
from config.run.children import Children, Process

WEB_SECONDS = 60.0
CHECK_SECONDS = 0.2
# Where to ask when it listens on every address.
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
LOOPBACK = ("127.0.0.1", "::1", "localhost")
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(BaseException):
    """Somebody asked for the end: Ctrl-C, or a signal."""


def say(words: str) -> None:
    print(words, flush=True)


def run(home: Home, host: str, port: int) -> None:
    """Everything from the first check to the last program stopped."""
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    preflight.check_python()
    home.prepare()
    preflight.check_writable(home)
    try:
        with FolderLock(home, "make run", address):
            preflight.check_disk(home)
            preflight.check_port(host, port)
            children = Children(home, say)
            compiler = programs.start_compiler(home)
            try:
                start_everything(children, compiler, home, host, port, address)
                look_after(children)
            finally:
                for number in STOPPING:
                    signal.signal(number, signal.SIG_IGN)
                children.stop()
                processes.end_child(compiler, signal.SIGKILL, seconds=5)
    except AlreadyOwned as error:
        raise preflight.already_running(error.owner, home) from None


def start_everything(
    children: Children, compiler: Process, home: Home, host: str, port: int, address: str
) -> None:
    servers = Servers(home)
    for kind in KINDS:
        if kind.is_wanted:
            children.add_server(kind.name.lower(), partial(servers.start, kind), kind.stop)
    # Its accounts have public passwords: not where others can reach the site.
    demo = env.flag(os.environ, "STANDING_DEMO", default=host in LOOPBACK)
    preparation = programs.Preparation(home, demo=demo, compiler=compiler)
    try:
        web, worker, beat = programs.programs(home, host, port)
        preparation.wait_until(programs.SERVABLE, say)
        add_program(children, web, home)
        preparation.wait_until(programs.READY, say)
        # Not before: it would compute, and compile, what the preparation does at that moment.
        add_program(children, worker, home)
        wait_for_page(children, home, host, port)
        add_program(children, beat, home)
        greet(home, address, preparation.accounts())
    finally:
        preparation.end()


def add_program(children: Children, program: programs.Program, home: Home) -> None:
    start = programs.starter(program, home)
    children.add_program(program.name, start, program.stop_seconds)


def look_after(children: Children) -> None:
    while True:
        time.sleep(CHECK_SECONDS)
        children.check()


def wait_for_page(children: Children, home: Home, host: str, port: int) -> None:
    asked = EVERYWHERE.get(host, host)
    named = host_to_ask(os.environ.get("ALLOWED_HOSTS", ""))
    deadline = time.monotonic() + WEB_SECONDS
    while not is_well(asked, port, named):
        children.check()
        if time.monotonic() > deadline:
            raise from_log("Starting the web server", home.logs / "web.log")
        time.sleep(0.05)


def greet(home: Home, address: str, accounts: list[programs.Account]) -> None:
    say(f"\nOpen {address}\n")
    if accounts:
        say("Demo accounts (e-mail, password):")
        wide = [max(len(account[column]) for account in accounts) for column in (0, 1)]
        for email, password, role in accounts:
            say(f"  {email:<{wide[0]}}  {password:<{wide[1]}}  {role}")
        say("")
    say(f"Data and logs are kept in {home.root}. Ctrl-C stops everything.")


def ask_for_stop(number: int, frame: FrameType | None) -> None:
    raise Stop


def main() -> int:
    for number in STOPPING:
        signal.signal(number, ask_for_stop)
    try:
        port = env.integer(os.environ, "PORT", default=8000, least=1, most=65535)
        host = env.text(os.environ, "HOST", "127.0.0.1")
        say("Starting Standing")
        run(Home.from_environment(), host, port)
    except (CannotStart, BadSetting) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except Stop:
        say("\nStopped. Everything is kept.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
