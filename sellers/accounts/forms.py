"""The forms of django-allauth in this site's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as factor
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import password_validators_help_texts
from django.forms import Form
from django.http import HttpRequest

if TYPE_CHECKING:
    Base = Form
else:
    Base = object


class Plain(Base):
    """Labels that say it plainly, no words inside the controls, rules where one is chosen."""

    labels: ClassVar[dict[str, str]] = {}
    #: The field in which a new password is chosen.
    chosen = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = ""
        if self.chosen:
            self.fields[self.chosen].help_text = " ".join(password_validators_help_texts())


class LogInForm(Plain, account.LoginForm):
    labels: ClassVar = {"login": "E-mail address", "password": "Password"}


class NewAccountForm(Plain, account.SignupForm):
    labels: ClassVar = {"email": "E-mail address", "password1": "Password"}
    chosen = "password1"

    def try_save(self, request: HttpRequest) -> Any:
        """Hash the password also where the address has an account: both take as long."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class NewAddressForm(Plain, account.AddEmailForm):
    labels: ClassVar = {"email": "New e-mail address"}


class NewPasswordForm(Plain, account.ChangePasswordForm):
    labels: ClassVar = {
        "oldpassword": "Present password",
        "password1": "New password",
        "password2": "New password, once more",
    }
    chosen = "password1"


class FirstPasswordForm(Plain, account.SetPasswordForm):
    labels: ClassVar = {"password1": "Password", "password2": "Password, once more"}
    chosen = "password1"


class LostPasswordForm(Plain, account.ResetPasswordForm):
    labels: ClassVar = {"email": "E-mail address"}


class ResetPasswordForm(Plain, account.ResetPasswordKeyForm):
    labels: ClassVar = {"password1": "New password", "password2": "New password, once more"}
    chosen = "password1"


class ConfirmPasswordForm(Plain, account.ReauthenticateForm):
    labels: ClassVar = {"password": "Password"}


class CodeForm(Plain, factor.AuthenticateForm):
    labels: ClassVar = {"code": "Code"}


class ConfirmCodeForm(Plain, factor.ReauthenticateForm):
    labels: ClassVar = {"code": "Code"}


class FirstCodeForm(Plain, ActivateTOTPForm):
    labels: ClassVar = {"code": "Code that the app shows"}
