"""Staged rows name their seller by number, and one table says who that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg import Connection

from sellers.importing.cells import Texts
from sellers.importing.staging import SELLER_COLUMNS, SELLERS, copy_rows


class SellerNumbers:
    """Sellers by number: a number takes less room in a row than a name, and is found sooner."""

    def __init__(self) -> None:
        #: Numbers by handle, for each platform.
        self._numbers: dict[str, dict[str, str]] = {}
        self._rows: list[tuple[str, str, str, str]] = []

    def numbered(self, columns: Mapping[str, Texts]) -> dict[str, Texts]:
        """The columns with ``seller_no`` in the place of platform, handle and zone."""
        rest = {name: column for name, column in columns.items() if name not in SELLER_COLUMNS}
        platforms, handles, zones = (columns[name] for name in ("platform", "handle", "zone"))
        if platforms.count(platforms[0]) == len(platforms):
            self._number(platforms[0], dict(zip(handles, zones, strict=True)))
            numbers = list(map(self._numbers[platforms[0]].__getitem__, handles))
        else:
            for platform, handle, zone in zip(platforms, handles, zones, strict=True):
                self._number(platform, {handle: zone})
            numbers = [
                self._numbers[platform][handle]
                for platform, handle in zip(platforms, handles, strict=True)
            ]
        return {"seller_no": numbers, **rest}

    def _number(self, platform: str, zones: Mapping[str, str]) -> None:
        known = self._numbers.setdefault(platform, {})
        for handle, zone in zones.items():
            if handle not in known:
                known[handle] = str(len(self._rows))
                self._rows.append((known[handle], platform, handle, zone))

    def stage(self, server: Connection[Any]) -> None:
        """Append the sellers that were numbered to their staging table."""
        if self._rows:
            columns = map(list, zip(*self._rows, strict=True))
            copy_rows(server, SELLERS, dict(zip(SELLER_COLUMNS, columns, strict=True)))
