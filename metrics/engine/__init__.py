"""The pure core: facts, a policy and days go in, numbers come out.

No Django, no Celery, no clock, no I/O. docs/FORMULAS.md is the specification in
prose, :mod:`metrics.engine.reference` the same in plain Python, and everything fast
is held equal to it by property tests.
"""

#: Names the engine in stored rows. Raised with every change that moves a number; a stored
#: row of another version is recomputed from scratch.
ENGINE_VERSION = "1"
