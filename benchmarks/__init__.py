"""Measurements. Machines are shared and noisy: quote medians, ratios and spreads, never one absolute time."""
