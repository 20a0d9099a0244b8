"""The rule sets that ship with the product, as the tests of the core use them."""

from __future__ import annotations

from eligibility.rule_files import SHIPPED, read_rule_folders

RULES = read_rule_folders([SHIPPED])
LEVELS_2018, LEVELS_2024 = RULES["levels-2018"], RULES["levels-2024"]
PROMOTED_2020, PROMOTED_2024 = RULES["promoted-2020"], RULES["promoted-2024"]
EVERYTHING = tuple(RULES.values())
