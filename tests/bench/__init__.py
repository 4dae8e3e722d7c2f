"""Benchmarks: `make bench`. Each prints one line of JSON. A ratio compares two ways in one run on one machine."""
