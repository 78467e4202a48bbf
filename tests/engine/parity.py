"""Comparison with PyTorch, if it is installed."""

import importlib.util

import pytest

#: The marks of tests that compare with PyTorch.
WITH_PYTORCH = [
    pytest.mark.parity,
    pytest.mark.skipif(
        importlib.util.find_spec("torch") is None,
        reason="PyTorch is not installed here: nothing was compared with it",
    ),
]
