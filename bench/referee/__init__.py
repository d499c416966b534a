"""The second referee of prices: the sandbox's world, whose guests see the prices that were really pushed to a channel.

docs/price-quality.md explains it and has the figures.
"""
