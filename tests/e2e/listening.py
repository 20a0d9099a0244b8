"""What a browser complains of while a test drives it."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Page


def listen(page: Page, complaints: list[str], *, but: str = "") -> None:
    """Note errors of the console and of scripts; not those whose words hold ``but``."""

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not (but and but in message.text):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
