"""The type of an array of numbers. Its shape is in the docstring of the function that takes or returns it."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
