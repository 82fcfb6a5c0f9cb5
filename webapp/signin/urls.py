"""API routes of sign-in."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from webapp.signin import admin_api, api, me_api

router = SimpleRouter()
router.register("identity-providers", admin_api.ProviderViewSet, basename="identity-provider")

AUTH = [
    path("auth/", api.StateView.as_view(), name="auth-state"),
    path("auth/sign-in/", api.SignInView.as_view(), name="auth-sign-in"),
    path("auth/second-factor/", api.SecondFactorView.as_view(), name="auth-second-factor"),
    path("auth/second-factor/mail/", api.MailCodeView.as_view(), name="auth-mail-code"),
    path("auth/second-factor/enrol/", api.EnrolView.as_view(), name="auth-enrol"),
    path("auth/second-factor/enrol/confirm/", api.EnrolledView.as_view(), name="auth-enrol-confirm"),
    path("auth/sign-out/", api.SignOutView.as_view(), name="auth-sign-out"),
    path("auth/forgotten/", api.ForgottenView.as_view(), name="auth-forgotten"),
    path("auth/link/", api.LinkView.as_view(), name="auth-link"),
    path("auth/link/password/", api.RedeemView.as_view(), name="auth-redeem"),
    path("auth/providers/", api.OfferedView.as_view(), name="auth-providers"),
    path("auth/oidc/callback/", api.CallbackView.as_view(), name="auth-oidc-callback"),
    path("auth/oidc/<uuid:pk>/", api.LeaveView.as_view(), name="auth-oidc"),
    path("policies/", api.PoliciesView.as_view(), name="policies"),
]
OWN = [
    path("me/", me_api.MeView.as_view(), name="me"),
    path("me/password/", me_api.OwnPasswordView.as_view(), name="me-password"),
    path("me/second-factor/", me_api.FactorsView.as_view(), name="me-second-factor"),
    path("me/second-factor/totp/", me_api.TotpView.as_view(), name="me-totp"),
    path("me/second-factor/totp/confirm/", me_api.TotpConfirmView.as_view(), name="me-totp-confirm"),
    path("me/second-factor/totp/remove/", me_api.TotpRemoveView.as_view(), name="me-totp-remove"),
    path("me/second-factor/recovery-codes/", me_api.RecoveryView.as_view(), name="me-recovery-codes"),
    path("me/second-factor/mail/", me_api.MailFactorView.as_view(), name="me-mail-factor"),
    path("me/sessions/", me_api.SessionsView.as_view(), name="me-sessions"),
    path("me/sessions/end-others/", me_api.OtherSessionsView.as_view(), name="me-sessions-end-others"),
    path("me/sessions/<uuid:pk>/", me_api.SessionView.as_view(), name="me-session"),
    path("policies/accept/", api.AcceptView.as_view(), name="policies-accept"),
]
MANAGED = [
    path("users/<uuid:pk>/invite/", admin_api.InviteView.as_view(), name="user-invite"),
    path("users/<uuid:pk>/sessions/", admin_api.PersonSessionsView.as_view(), name="user-sessions"),
    path(
        "users/<uuid:pk>/sessions/<uuid:session>/",
        admin_api.PersonSessionView.as_view(),
        name="user-session",
    ),
    path(
        "users/<uuid:pk>/reset-second-factor/",
        admin_api.ResetFactorView.as_view(),
        name="user-reset-second-factor",
    ),
    path("organisations/<uuid:pk>/sign-in-rules/", admin_api.RulesView.as_view(), name="sign-in-rules"),
]
urlpatterns = [*AUTH, *OWN, *MANAGED, *router.urls]
