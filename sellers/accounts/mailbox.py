"""Mail without a mail server: letters are kept where admins can read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from sellers.access import Visitor, is_admin
from sellers.models import Letter

PATH = f"{__name__}.MailboxBackend"
#: Links in letters are valid for less; older ones only take room.
KEPT_DAYS = 30


def mail_is_kept() -> bool:
    """Whether letters are kept here because no mail server is set."""
    return str(settings.EMAIL_BACKEND) == PATH


def may_read_mail(user: Visitor) -> bool:
    """Letters open accounts: only who could open every account anyway may read them."""
    return mail_is_kept() and is_admin(user) and user.is_superuser


class MailboxBackend(BaseEmailBackend):
    """Keeps every letter for :data:`KEPT_DAYS` days."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        now = timezone.now()
        Letter.objects.filter(written_at__lt=now - timedelta(days=KEPT_DAYS)).delete()
        letters = [
            Letter(
                to=", ".join(message.recipients())[:1000],
                subject=str(message.subject)[:500],
                text=str(message.body),
                written_at=now,
            )
            for message in email_messages
            if message.recipients()
        ]
        return len(Letter.objects.bulk_create(letters))
