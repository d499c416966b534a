from jsonapi.routes import path
from users import views

urlpatterns = [
    path("users/", views.UserCollection.as_view(), name="users"),
    path("users/<int:user_id>/", views.UserResource.as_view(), name="user"),
    path("users/<int:user_id>/credentials/", views.CredentialCollection.as_view(), name="credentials"),
]
