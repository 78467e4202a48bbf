"""A class of real sessions over loopback; see `benchmarks.classroom.__main__`."""
