"""The pure core: facts, dated rule sets and days go in, verdicts come out.

No Django, no clock, no I/O. :mod:`eligibility.rules.reference` is the specification in plain
Python, one subject and one day; everything fast is held equal to it by property tests.
docs/POLICIES.md lists the rules that ship with the product.
"""

#: Names the evaluator in stored rows. Raised with every change that moves a verdict; a stored
#: row of another version is recomputed from scratch.
RULES_VERSION = "2"
