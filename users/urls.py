from django.urls import path

from users import views

urlpatterns = [
    path("users/", views.UserCollection.as_view(), name="users"),
    path("users/<int:user_id>/", views.UserResource.as_view(), name="user"),
    path("users/<int:user_id>/credentials/", views.CredentialCollection.as_view(), name="credentials"),
    path("users/<int:user_id>/accounts/", views.AccountCollection.as_view(), name="accounts"),
    path("users/<int:user_id>/accounts/<int:account_id>/", views.AccountResource.as_view(), name="account"),
    path(
        "users/<int:user_id>/accounts/<int:account_id>/refresh/",
        views.AccountRefresh.as_view(),
        name="account-refresh",
    ),
]
