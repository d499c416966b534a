from jsonapi.routes import path
from sync import views

urlpatterns = [
    path("users/<int:user_id>/accounts/", views.AccountCollection.as_view(), name="accounts"),
    path("users/<int:user_id>/accounts/<int:account_id>/", views.AccountResource.as_view(), name="account"),
    path(
        "users/<int:user_id>/accounts/<int:account_id>/refresh/",
        views.AccountRefresh.as_view(),
        name="account-refresh",
    ),
]
