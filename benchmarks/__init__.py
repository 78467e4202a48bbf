"""Benchmarks. Machines are shared and noisy, so report medians, ratios and spreads, never a single absolute time."""
