"""The yardstick for prices: what a pricing policy earns in simulated markets, compared with a dynamic program.

docs/price-quality.md explains it. The simulator knows nothing of `pricing/`; only bench/prices/engine.py does.
"""
