"""Names of the runs that show trials."""

from app.studies.run_names import MAX_CHARACTERS, run_name
from engine.studies.config import Pair


def test_a_run_of_a_trial_is_called_by_what_it_trains():
    values = {
        "optimizer": {"name": "adam", "learning_rate": 0.1},
        "optimizer.learning_rate": 0.01,
        "network.hidden.0": 32,
    }
    expected = "optimizer adam · learning_rate 0.01 · hidden.0 32 · seed 3"
    assert run_name(values, Pair(3, None)) == expected
    assert run_name(values, Pair(3, 2)) == f"{expected} · fold 2"
    assert len(run_name({"dataset.columns": list("x" * 500)}, Pair(1, None))) == MAX_CHARACTERS
