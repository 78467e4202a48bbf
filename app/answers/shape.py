"""What all shapes of answers share."""

from pydantic import ConfigDict, with_config

#: Whole numbers stay whole: an answer says 1, not 1.0, where the lab has a whole number.
Number = int | float

#: Decorates the shape of an answer. Keys that it does not name stay in the answer.
answer = with_config(ConfigDict(extra="allow"))
