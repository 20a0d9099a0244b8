"""Verdicts inside pages of the apps below, which must not import this one."""
