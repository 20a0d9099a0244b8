"""Accounts: how people log in, beside django-allauth, which does the work.

Settings begin with ``ACCOUNT_``, ``MFA_`` and ``STANDING_SIGNUP``; docs/ACCOUNTS.md has the words.
"""

#: Values of ``STANDING_SIGNUP``.
SIGNUP = OPEN, INVITED, CLOSED = ("open", "invited", "closed")
