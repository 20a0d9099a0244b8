"""Measured ratios against peers: ``python -m benchmarks`` (docs/BENCHMARKS.md)."""
