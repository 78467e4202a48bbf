"""The type of an array of numbers. Its shape stands in the docstring of whoever takes or gives it."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
