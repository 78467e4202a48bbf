"""Where a lab's checkpoints are, by its settings."""

from __future__ import annotations

from app.jobs.checkpoint_store import is_address
from app.lab_name import lab_name
from app.mistake import Mistake
from app.settings import Settings


def place_of(settings: Settings) -> str:
    """The folder of the checkpoints, or an address of their store. Each lab has a folder of its own there, as it
    deletes what it does not know."""
    if not settings.checkpoints:
        return str(settings.checkpoint_dir)
    return f"{settings.checkpoints.rstrip('/')}/{lab_name(settings.lab_name_file)}"


def demand_usable(settings: Settings) -> None:
    """Refuse an address for which something is missing here. Nothing is connected: a store that is out of reach now may
    be reached later.

    Raises:
        Mistake: it says what to install.
    """
    if not is_address(settings.checkpoints):
        return
    setting = f"LOSSROOM_CHECKPOINTS={settings.checkpoints}"
    try:
        from fsspec import get_filesystem_class
    except ModuleNotFoundError as error:
        raise Mistake(
            f"{setting} needs the packages of lossroom[cluster]: pip install 'lossroom[cluster]'"
        ) from error
    try:
        get_filesystem_class(settings.checkpoints.partition("://")[0])
    except (ValueError, ImportError) as error:  # such as "Install s3fs to access S3"
        raise Mistake(f"{setting} cannot be used: {error}") from error
