"""A lesson in two languages for the tests of lessons, and what its texts know of a person's runs."""

import os

ENGLISH = """---
section: X
title: Two rates
question: Which rate is better?
common:
  dataset: {name: digits}
  training: {iterations: 100}
runs:
  small: {optimizer: {name: sgd, learning_rate: 0.001}}
  large: {optimizer: {name: sgd, learning_rate: 0.1}}
predict:
  - id: better
    kind: choice
    ask: Which is ahead?
    options:
      - {id: small, text: the small one, holds: 'test("small") > test("large")'}
      - {id: large, text: the large one}
claims:
  - {id: ahead, says: The large one is ahead., holds: 'test("large") > test("small")'}
---

# Predict

Two runs.

# Explain

::: claim ahead
It is ahead, with {{ test("large") | .0f }} %, and a < b.
:::
"""
JAPANESE = """---
title: 二つの学習率
question: どちらの学習率がよいか？
texts:
  better: どちらが上か？
  better.small: 小さいほう
  better.large: 大きいほう
  ahead: 大きいほうが上である。
---

# Explain

::: claim ahead
大きいほうが上で、
{{ test("large") | .0f }} % である。
:::
"""


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def write(folder, english, japanese=None, slug="two-rates"):
    for language, text in (("en", english), ("ja", japanese)):
        if text is not None:
            path = folder / f"{slug}.{language}.md"
            path.write_text(text, "utf-8")
            os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000))  # two writes may fall into one tick


class Figures:
    """What is known of a person's runs."""

    def __init__(self, **claims):
        self.claims = claims

    def figure(self, figure):
        return figure.show(91.6)

    def holds(self, claim):
        return self.claims.get(claim)

    def says(self, claim):
        return f"{claim} <i>"

    def run(self, name):
        return f"id of {name}"
