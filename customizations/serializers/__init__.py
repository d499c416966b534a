"""The representation of customizations in the API. The resources share the base classes in entries.py."""
