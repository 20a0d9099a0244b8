"""Where django-allauth asks this site: who may sign up, and with which address."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from sellers.accounts import INVITED, OPEN
from sellers.accounts.invited import invited_address


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up as ``STANDING_SIGNUP`` says; what is said to people is in this site's words."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": (
            "That e-mail and password do not belong together. Check both and try again."
        ),
        "too_many_login_attempts": (
            "Too many attempts with this address. Nothing is lost: wait a quarter of an hour, "
            "or choose a new password by e-mail."
        ),
        "rate_limited": "That was too often in a short time. Wait a few minutes, then try again.",
        "incorrect_password": "That is not your password.",
        "enter_current_password": "That is not your present password.",
        "duplicate_email": "That is your address already.",
        "invalid_password_reset": "This link is not valid (any more). Ask for a new one.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this visitor may make an account."""
        mode = str(settings.STANDING_SIGNUP)
        return mode == OPEN or (mode == INVITED and invited_address(request) is not None)

    def clean_email(self, email: str) -> str:
        """Where accounts are by invitation, only the invited address makes one."""
        email = super().clean_email(email)
        request = self.request
        signs_up = request is not None and not request.user.is_authenticated
        if (
            signs_up
            and request.resolver_match.view_name == "account_signup"
            and settings.STANDING_SIGNUP == INVITED
            and email.lower() != invited_address(request)
        ):
            raise ValidationError("Your invitation is for the address that it was sent to.")
        return email


class FactorAdapter(DefaultMFAAdapter):
    """The second factor in this site's words."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code is not valid (any more). Take the one that the app shows now.",
        "unverified_email": "Confirm your e-mail address first.",
    }
