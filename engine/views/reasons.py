"""Reasons why a view cannot be shown: code → placeholders of its texts; see `engine.reasons`."""

from engine.reasons import declare

PLACEHOLDERS: dict[str, tuple[str, ...]] = {
    "no_such_layer": ("most",),
    "not_pictures": ("layer",),
    "no_window": ("layer",),
    "view_no_validation": (),
    "view_test_closed": (),
    "view_needs_images": (),
    "view_needs_points": (),
    "view_same_column": (),
    "not_base64": (),
    "pixels_length": ("wanted", "given"),
}

declare(PLACEHOLDERS)
