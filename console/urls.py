from importlib import import_module

from django.urls import path

from console.pages import PAGES
from console.site import ConsoleSite

site = ConsoleSite()
for module in PAGES:
    import_module(module).register(site)

urlpatterns = [path("", site.urls)]
