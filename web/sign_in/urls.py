"""Addresses of signing in. The names are those that allauth itself looks up; nothing else of allauth is served."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from web.sign_in.demo import sign_in_as
from web.sign_in.sessions import end_one, end_others
from web.sign_in.views import ConfirmCode, Inactive, RequestCode, SignOut, land
from web.sign_in.who import who

to_request_code = RedirectView.as_view(pattern_name="account_request_login_code", query_string=True)

urlpatterns = [
    path("sign-in/", RequestCode.as_view(), name="account_request_login_code"),
    path("sign-in/code/", ConfirmCode.as_view(), name="account_confirm_login_code"),
    path("sign-in/again/", to_request_code, name="account_login"),
    path("sign-in/new/", to_request_code, name="account_signup"),
    path("sign-in/demo/", sign_in_as, name="demo-sign-in"),
    path("sign-in/done/", land, name="landing"),
    path("sign-in/inactive/", Inactive.as_view(), name="account_inactive"),
    path("sign-in/who/", who, name="who"),
    path("sign-in/sessions/end/", end_one, name="end-session"),
    path("sign-in/sessions/end-others/", end_others, name="end-other-sessions"),
    path("sign-out/", SignOut.as_view(), name="account_logout"),
]
