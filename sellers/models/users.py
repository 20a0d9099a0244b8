"""People who log in. An admin is an active user with ``is_staff``."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models, transaction
from django.db.models.functions import Lower


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email), **extra)
        user.set_password(password)
        with transaction.atomic(using=self._db):
            user.save(using=self._db)
            self.vouch_for_address(user)
        return user

    def vouch_for_address(self, user: User) -> None:
        """Count the address as confirmed: whoever makes an account for another vouches for it."""
        from allauth.account.models import EmailAddress  # its models need this one

        EmailAddress.objects.update_or_create(
            user=user, primary=True, defaults={"email": user.email.lower(), "verified": True}
        )

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractUser):
    """Logs in with an e-mail address; there is no user name."""

    username = None  # type: ignore[assignment]
    email = models.EmailField("e-mail address", unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        constraints = (
            # Serves log-in, which ignores case, and forbids two accounts that differ by case.
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message="There is already an account with this e-mail address.",
            ),
        )

    def __str__(self) -> str:
        return self.email
