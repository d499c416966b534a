"""Proof of what the server promises under load, faults and attacks: `make soak`, `make faults`, `make attack`."""
