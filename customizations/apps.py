from django.apps import AppConfig


class CustomizationsConfig(AppConfig):
    name = "customizations"
