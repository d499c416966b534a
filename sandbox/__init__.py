"""Imitations of the channels' own APIs, with data that changes over time, for development and tests.

It stands for systems of other companies, so it imports nothing from the rest of the repository. See docs/sandbox.md.
"""
