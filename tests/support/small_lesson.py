"""A lesson of a lab's own teacher that trains in a moment, with words by which a test finds what was given away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SLUG = "small"
#: Words of the texts that must not come before their time, by the step at which they come.
LATE = {"see": "WATCHED", "explain": "EXPLAINED", "answer": "BECAUSE", "transfer": "MOREOVER"}

TEXT = """---
section: 1a
title: Small
question: Which one learns?
common:
  dataset: {name: digits}
  network: {preset: mlp, hidden: [16]}
  training: {iterations: 40, batch_size: 32, evaluate_every: 20}
runs:
  fast: {optimizer: {name: sgd, learning_rate: 0.2}}
  slow: {optimizer: {name: sgd, learning_rate: 0.0001}}
full: {training: {iterations: 60}}
seed: SEED
cards: [accuracy]
locked: [optimizer.name, training.length, network.preset]
hidden: [training.batch_size, dataset.validation_size]
predict:
  - id: ahead
    kind: choice
    ask: Which is ahead?
    options:
      - {id: fast, text: the fast one, holds: 'test("fast") > test("slow")'}
      - {id: slow, text: the slow one}
  - {id: final, kind: number, ask: How far?, unit: '%', low: 0, high: 100, value: 'test("fast")'}
  - {id: order, kind: rank, ask: In which order?, runs: [slow, fast]}
  - {id: curves, kind: sketch, ask: Sketch them., chart: test_accuracy, runs: [fast, slow]}
see: {id: last, kind: click, ask: Where is the end?, chart: accuracy, value: 'iterations("fast")', within: 5, run: fast}
transfer:
  question:
    id: rule
    kind: choice
    ask: What holds for both?
    options: [{id: rate, text: A rate decides., holds: true}, {id: luck, text: It is luck.}]
  spread: {id: reached, says: Accuracy of the fast one, unit: '%', value: 'test("fast")'}
  try:
    - {id: zero, text: Faster, run: fast, changes: {optimizer: {learning_rate: 0.5}}, reach: 'test("zero") > 20'}
exit: {id: unclear, ask: What is still unclear?}
claims:
  - {id: learns, says: The fast one learns., holds: 'test("fast") > test("slow")'}
  - {id: denied, says: The slow one wins., holds: 'test("slow") > test("fast")'}
---
# Predict
Two rates.

# Run
Wait.

# See
WATCHED

---
BECAUSE it has {{ iterations("fast") | .0f }} iterations.

# Explain
EXPLAINED: see [the slow one](card:accuracy?run=slow&at=20).

::: claim learns
It learns to {{ test("fast") | .1f }} %, in the room {{ room(test("fast")) | .1f }} %.

Inside: {{ moved("fast", 1) | .2f }}, {{ smoothness("fast", 1) | .2f }}, {{ small_outputs("fast", 1) | .2f }}.
:::

::: claim denied
The slow one is UNTRUE.
:::

# Transfer
MOREOVER

---
BECAUSE of the rate.
"""

LINE = [[0, 10], [40, 90.5]]
PREDICTION: dict[str, Any] = {
    "ahead": "fast",
    "final": {"value": 80, "range": 30},
    "order": ["fast", "slow"],
    "curves": {"fast": LINE, "slow": LINE},
}
SEALED: dict[str, Any] = {"prediction": PREDICTION, "sure": "fairly"}


def write_lesson(folder: Path, *, seed: str = "given") -> dict[str, str]:
    """Put the lesson into a new folder; returns the environment of a lab that has it."""
    folder.mkdir()
    (folder / f"{SLUG}.en.md").write_text(TEXT.replace("SEED", seed), "utf-8")
    return {"LOSSROOM_LESSONS_DIR": str(folder)}
