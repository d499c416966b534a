from bulk import views
from jsonapi.routes import path

urlpatterns = [path("operations/", views.Operations.as_view(), name="operations")]
