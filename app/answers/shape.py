"""What all types of the HTTP API's answers share."""

from pydantic import ConfigDict, with_config

#: A number in an answer. With `float` alone, pydantic would write the whole number 1 as 1.0.
Number = int | float

#: Decorator of the type of an answer. An answer may have more keys than its type: they are not left out.
answer = with_config(ConfigDict(extra="allow"))
