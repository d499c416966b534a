"""The server as Granian runs it, with the options of partners/serving/command.py."""

# This sets Django up, which the imports below need.
from partners.wsgi import application as wsgi_application

# isort: split
from partners.serving.server import with_settings

application = with_settings(wsgi_application)
