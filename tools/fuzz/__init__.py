"""Chance inputs, led by what code they reach, for everything that reads what strangers send."""
