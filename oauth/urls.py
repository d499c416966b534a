from django.urls import path

from oauth import metadata
from oauth.views import IntrospectTokenView, RevokeTokenView, TokenView

urlpatterns = [
    path("o/token/", TokenView.as_view(), name="token"),
    path("o/revoke_token/", RevokeTokenView.as_view(), name="revoke-token"),
    path("o/introspect/", IntrospectTokenView.as_view(), name="introspect-token"),
    path(".well-known/oauth-authorization-server", metadata.authorization_server, name="authorization-server-metadata"),
    path(".well-known/oauth-protected-resource", metadata.protected_resource, name="protected-resource-metadata"),
]
