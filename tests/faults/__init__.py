"""Injected faults: processes killed at every write, clocks that jump, zones that change, a long random life.

`make test` runs a bounded part of each. `make faults` (python -m tests.faults) runs all of it.
"""
