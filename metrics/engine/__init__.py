"""The pure core: facts, a policy and days go in, numbers come out.

No Django, no Celery, no clock, no I/O. docs/FORMULAS.md is the specification in
prose, :mod:`metrics.engine.reference` the same in plain Python, and everything fast
is held equal to it by property tests.
"""
