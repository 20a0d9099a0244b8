"""Mappings that ship: kinds of files that many people have (``data/*.toml``).

A preset names, for each of our columns, the names under which the file may hold it; the
first that is there is taken. What none of them names is left out. The rest is as in a saved
mapping.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sellers.importing.formats import plain_name
from sellers.importing.mapping.model import Mapping

_FILES = ("fiverr_order_list", "fiverr_earnings", "upwork_transactions")


@dataclass(frozen=True)
class Preset:
    """A kind of file by which it is known again.

    Attributes
    ----------
    key : its short name, for the command line
    name, about : for people
    needs : one of the names of each group must be there
    """

    key: str
    name: str
    about: str
    needs: tuple[tuple[str, ...], ...]
    _data: MappingOf[str, Any]

    def fits(self, names: Sequence[str]) -> bool:
        """Whether a file with these columns is of this kind."""
        known = {plain_name(name) for name in names}
        return all(any(plain_name(n) in known for n in group) for group in self.needs)

    def mapping(self, names: Sequence[str]) -> Mapping:
        """The mapping of a file with these columns; what the file lacks is left out."""
        known = {plain_name(name): name for name in reversed(names)}
        data = {k: v for k, v in self._data.items() if k not in ("about", "needs")}
        data["columns"] = {
            role: {
                ours: found
                for ours, of in columns.items()
                if (found := _found(of, known)) is not None
            }
            for role, columns in data["columns"].items()
        }
        keep = _first(data.get("keep", {}).get("any", ()), known)
        data["keep"] = keep and {"column": keep, "words": data["keep"]["words"]}
        reviews = data["columns"].get("reviews")
        if reviews is not None and "stars" not in reviews:
            del data["columns"]["reviews"]
        return Mapping.from_json(data)


def _found(of: MappingOf[str, Any], known: MappingOf[str, str]) -> dict[str, Any] | None:
    """One of our columns as the file can fill it; None where it cannot."""
    data = {key: value for key, value in of.items() if key not in ("any", "plus_days")}
    theirs = _first(of.get("any", ()), known)
    if theirs:
        data["theirs"] = [theirs]
    elif not of.get("constant"):
        return None
    days = [known.get(plain_name(name)) for name in of.get("plus_days", ())]
    if None in days:
        return None
    return {**data, "plus_days": days} if days else data


def _first(names: Sequence[str], known: MappingOf[str, str]) -> str:
    return next((known[plain_name(name)] for name in names if plain_name(name) in known), "")


@cache
def presets() -> MappingOf[str, Preset]:
    """All presets by their key."""
    folder = files("sellers.importing.mapping").joinpath("data")
    found = {}
    for key in _FILES:
        data = tomllib.loads(folder.joinpath(f"{key}.toml").read_text("utf-8"))
        needs = tuple(tuple(group) for group in data["needs"])
        found[key.replace("_", "-")] = Preset(
            key.replace("_", "-"), data["name"], data["about"], needs, data
        )
    return found


def preset_for(names: Sequence[str]) -> Preset | None:
    """The preset that a file with these columns fits; the one that needs most, if several do."""
    fitting = [preset for preset in presets().values() if preset.fits(names)]
    return max(fitting, key=lambda preset: len(preset.needs), default=None)
