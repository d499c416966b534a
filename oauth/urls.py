from django.urls import path

from oauth.views import RevokeTokenView, TokenView

urlpatterns = [
    path("o/token/", TokenView.as_view(), name="token"),
    path("o/revoke_token/", RevokeTokenView.as_view(), name="revoke-token"),
]
