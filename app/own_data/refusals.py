"""Why own data is refused for other reasons than a fault in its file."""

from __future__ import annotations

from app.errors import LabError
from engine.reasons import declare

PLACEHOLDERS: dict[str, tuple[str, ...]] = {
    "upload_many": ("most",),
    "upload_large": ("most",),
    "upload_described": ("most",),
    "upload_all": ("most",),
    "upload_busy": (),
    "upload_gone": (),
    "upload_not_yours": (),
    "upload_drawings_none": (),
}
declare(PLACEHOLDERS)


class DataFull(LabError):
    """There is no room for another data set."""

    status = 409
    code = "data_full"


class UploadsFull(LabError):
    """Too many files are being looked at already."""

    status = 503
    code = "upload_busy"
