"""The API for the servers under load, behind the layer that reads bodies."""

# This sets Django up, which the imports below need.
from bench.wsgi import ours as wsgi_application

# isort: split
from partners.serving.server import with_settings

ours = with_settings(wsgi_application)
