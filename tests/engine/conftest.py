"""Fixtures of the engine's tests."""

import pytest

from engine import load_dataset


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits")
