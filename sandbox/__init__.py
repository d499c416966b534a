"""Imitations of the channels' own APIs, with data that moves; for development and tests.

Somebody else's system: it imports nothing of the rest of the repository. See docs/sandbox.md.
"""
