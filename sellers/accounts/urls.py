"""Addresses of accounts. Those of django-allauth keep the names that it looks for."""

from __future__ import annotations

from allauth.account import views
from django.urls import URLPattern, URLResolver, include, path, re_path

from sellers.views import accounts, mail

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", views.login, name="account_login"),
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="account_logout"),
    path("logout/", views.logout, name="logout"),
    path("sign-up/", views.signup, name="account_signup"),
    path("account/", accounts.account_page, name="account"),
    path("account/places/", accounts.places_page, name="usersessions_list"),
    path("account/places/end/", accounts.end_places, name="account_end_places"),
    path("account/inactive/", views.account_inactive, name="account_inactive"),
    path("account/confirm/", views.reauthenticate, name="account_reauthenticate"),
    path("account/e-mail/", views.email, name="account_email"),
    path(
        "account/e-mail/sent/",
        views.email_verification_sent,
        name="account_email_verification_sent",
    ),
    path("account/e-mail/confirm/<str:key>/", views.confirm_email, name="account_confirm_email"),
    path("account/password/", views.password_change, name="account_change_password"),
    path("account/password/first/", views.password_set, name="account_set_password"),
    path("account/password/lost/", views.password_reset, name="account_reset_password"),
    path(
        "account/password/lost/sent/",
        views.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^account/password/lost/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/lost/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/two-factor/", include("allauth.mfa.urls")),
    path("mail/", mail.mail_page, name="mail"),
    path("mail/<int:mail_id>/", mail.mail_letter, name="mail_letter"),
]
