"""The assignment of a worker: its `Job`, from what the server knows of a training."""

from __future__ import annotations

from app.jobs.checkpoint_place import place_of
from app.jobs.messages import Job
from app.settings import Settings
from app.trainings import Training, changed_values
from engine.live import Change


def job_of(
    training: Training, settings: Settings, *, stored: int, paused: bool = False, steps: int = 0
) -> Job:
    """What a worker needs to begin a training, or to go on with it.

    Args:
        stored: how many iterations have stored rows.
        paused, steps: whether to pause, and after how many iterations.
    """
    return Job(
        training=training.id,
        attempt=training.attempt,
        config=training.config,
        stretches=training.stretches,
        data_dir=str(settings.data_dir),
        cache_dir=str(settings.cache_dir),
        own_dir=str(settings.own_dir),
        checkpoint_place=place_of(settings),
        checkpoint_seconds=settings.checkpoint_seconds,
        checkpoints=training.checkpoints,
        kept_bytes=settings.kept_bytes,
        memory_bytes=settings.max_memory_bytes,
        stored=stored,
        seconds=training.seconds,
        changes=[
            Change(annotation["iteration"], changed_values(annotation))
            for annotation in training.annotations
            if annotation["kind"] == "live"
        ],
        wanted=list(training.wanted),
        dead=any(annotation["kind"] == "dead" for annotation in training.annotations),
        paused=paused,
        steps=steps,
        arithmetic=training.machines[-1]["arithmetic"] if training.machines else None,
    )
