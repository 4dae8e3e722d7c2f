"""Benchmarks: `make bench`. One JSON line each; a ratio compares two ways in the same run, on the same machine."""
