"""Customizations as the API takes and shows them: by resource, from parts in entries.py."""
