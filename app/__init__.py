"""The Lossroom server: launch, queue, run, store and stream training runs."""

__version__ = "0.1.0"
