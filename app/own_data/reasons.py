"""Why a file is refused, why something of it is left out, and what is noteworthy about it: the English sentences.

The catalogs have the same sentences, in both languages (`why.read_…`); pages load them with the part "data".
"""

from __future__ import annotations

import re
from typing import Any

from engine.errors import DatasetError
from engine.reasons import Reason, declare

#: Code → the English sentence.
TEXTS: dict[str, str] = {
    # any file
    "read_empty": "{file} is empty",
    "read_too_large": "{file} has {megabytes} MB; at most {most} MB can be read",
    "read_decoded": (
        "the data set would take {megabytes} MB; at most {most} MB are allowed. Take fewer columns, or "
        "smaller images"
    ),
    "read_unknown": (
        "{file} is none of the kinds of files that can be read: a table (CSV, TSV), NPZ, IDX, CIFAR, or "
        "images in a ZIP file. It begins with {there}"
    ),
    "read_damaged": "{file} is damaged or cut short",
    "read_cut_short": "{file} should hold {wanted} bytes but holds {there}",
    "read_workbook": "{file} is a workbook. Save the sheet as CSV, and bring that",
    "read_one_image": "{file} is a single image. Put images into a ZIP file with one folder for each class",
    "read_images_only": (
        "{file} has images without labels. Put both files, images and labels, into one ZIP file"
    ),
    "read_slow": "reading {file} took longer than {seconds} seconds and was ended",
    "read_memory": "reading {file} needed too much memory and was ended",
    "read_died": "reading {file} ended unexpectedly",
    # archives and folders
    "read_many_members": "{file} holds more than {most} files",
    "read_unpacked": "{file} becomes {megabytes} MB when it is unpacked; at most {most} MB are allowed",
    "read_ratio": (
        "{file} becomes more than {most} times as large when it is unpacked; such files are not read"
    ),
    "read_locked": "{member} in {file} is encrypted. Make the file again without a password",
    "read_method": "{member} in {file} is compressed in a way that is not read. Make an ordinary ZIP file",
    "read_nothing": (
        "nothing in {file} can be read. Expected: one folder for each class with images in it, one table,"
        " NPZ, or IDX files. It holds {there}"
    ),
    "read_tables": "{file} holds several tables: {there}. Bring one of them",
    # tables
    "read_not_text": "{file} is not text: byte {byte} is 0",
    "read_encoding": "line {line} of {file} is neither UTF-8 nor Shift-JIS. Save the table as UTF-8",
    "read_quotes": "line {line} of {file} has a quotation mark at a wrong place, or one that does not end",
    "read_one_column": (
        "{file} has one column only. Expected: two or more, separated by commas, semicolons or tabs"
    ),
    "read_no_rows": "{file} has no rows of data",
    "read_ragged": (
        "line {line} of {file} has {there} cells instead of {wanted}, and so do more than half of its lines"
    ),
    "read_many_rows": "{file} has more than {most} rows",
    "read_many_columns": "{file} has {there} columns; at most {most} are allowed",
    "read_no_label": (
        "{file} has no column that could be the class: one in which few different values recur. Name the "
        "column {names}, or add one"
    ),
    "read_regression": (
        "the column {column} has {there} different numbers. To predict a number is regression, and this "
        "lab learns classes. Choose another column, or make classes of the numbers, such as low, middle "
        "and high"
    ),
    "read_only_numbers": (
        "{file} has no column that could be the class: {column} has {there} different numbers, and to "
        "predict a number is regression. This lab learns classes. Make classes of the numbers, such as "
        "low, middle and high, or give the column with the classes one of the names {names}"
    ),
    "read_more_than": "more than {count}",
    "read_no_column": "there is no column {column}; there are {there}",
    "read_label_is_input": "{column} is the class, so it cannot be an input as well",
    "read_no_number": "{column} cannot be an input: line {line} has {there} there, which is no number",
    "read_no_numbers": "{column} cannot be an input: it has no numbers",
    "read_no_inputs": "{file} has no column of numbers beside the class {column}",
    "read_no_rows_left": "none of the {rows} rows has a number in all columns and a class",
    # arrays
    "read_no_arrays": (
        "{file} should hold arrays with the names x_train and y_train, X and y, images and labels, or "
        "data and target. It holds {there}"
    ),
    "read_pickled": (
        "{member} in {file} holds Python objects, which are not read. Save an array of numbers or texts"
    ),
    "read_header": "{member} in {file} is no array, or its first bytes are damaged",
    "read_array_kind": "{member} in {file} holds values of the type {there}; expected are numbers",
    "read_label_kind": (
        "{member} in {file} holds labels of the shape {there} and type {kind}; expected are whole "
        "numbers, texts, or one column for each class"
    ),
    "read_array_shape": (
        "{member} in {file} has the shape {there}; expected are images (N, H, W), (N, H, W, C) or (N, C, "
        "H, W), or rows (N, features)"
    ),
    "read_lengths": "{file} has {images} images or rows, but {labels} labels",
    "read_infinite": "{member} in {file} holds a number that is not finite or too large, in item {item}",
    "read_scales": (
        "{file}: the values in {member} go up to {maximum}, but those in {other} only up to {least}. "
        "Bring all images to the same range, such as 0 to 1"
    ),
    "read_shapes": "{file} has training images of the shape {train}, but test images of the shape {test}",
    "read_idx_header": "{member} in {file} is no IDX file of bytes",
    "read_idx_pairs": (
        "{file} should hold pairs of IDX files, one of images and one of labels for each. It holds {there}"
    ),
    "read_records": (
        "{file} should hold records of 3,073 bytes (CIFAR-10) or 3,074 bytes (CIFAR-100), but holds "
        "{there} bytes"
    ),
    "read_label": "{file} has the label {label}, but there are only {classes} classes; labels begin at 0",
    # classes
    "read_one_class": "there is only one class, {name}; a network needs two to learn a difference",
    "read_no_class": "no class is left: each one needs at least two examples",
    "read_many_classes": "there are more than {most} classes",
    "read_class_name": "the name of the class {name} is too long or has no readable characters",
    "read_unknown_class": "there is no class {name}; there are {there}",
    # what is left out
    "read_drop_ragged": "not {wanted} cells in the line",
    "read_drop_missing": "a value is missing in {column}",
    "read_drop_no_label": "the class is missing",
    "read_drop_no_number": "no number in {column}",
    "read_drop_chosen": "the class {name} is left out",
    "read_drop_small": "the class {name} has one example only: too few for a training and a test part",
    "read_drop_untrained": "the class {name} has no training examples",
    "read_drop_broken": "the image cannot be read; expected are PNG, JPEG, GIF, BMP or WebP",
    "read_drop_pixels": "the image has more than {most} pixels",
    "read_drop_no_folder": "the image lies in no folder of a class",
    "read_drop_other": "not part of the data set",
    "read_drop_path": "the path leads out of the archive",
    "read_drop_link": "a link, not a file",
    "read_drop_archive": "an archive in an archive",
    # why a column is unused
    "read_column_text": "text, such as {there} in line {line}",
    "read_column_constant": "the same value everywhere",
    "read_column_empty": "a value is missing in more than half of the rows",
    "read_column_counter": "it counts the rows",
    "read_column_unchosen": "not chosen",
    # what is noteworthy
    "read_note_encoding": "the text is {encoding}",
    "read_note_comma": "numbers are written with a decimal comma",
    "read_note_no_header": "the first line has numbers, so the columns were named x1, x2, …",
    "read_note_guessed": (
        "{column} was taken as the class, as few different values recur in it. Choose another column if that is wrong"
    ),
    "read_note_regression": (
        "{column} has {there} different numbers: to predict it would be regression, and this lab learns classes"
    ),
    "read_note_imbalance": (
        "{percent} % of all examples are {name}: whoever always answers {name} is right that often"
    ),
    "read_note_few": "the class {name} has only {count} examples",
    "read_note_deep": "images have more than 256 levels; they were reduced to 256",
    "read_note_range": "values from {minimum} to {maximum} were taken as black to white",
    "read_note_sizes": (
        "images have different sizes, from {smallest} to {largest} pixels; each became a square"
    ),
    "read_note_transposed": "rows and columns of the pixels are exchanged, as in the files of EMNIST",
    "read_note_own_test": "the file has its own test part",
    "read_note_standardized": "the columns are standardized already",
    "read_note_coarse": "of the two labels of each image, the fine one was taken",
}


def placeholders(text: str) -> tuple[str, ...]:
    """The names in braces, in order."""
    return tuple(dict.fromkeys(re.findall(r"\{(\w+)\}", text)))


declare({code: placeholders(text) for code, text in TEXTS.items()})


def make_reason(code: str, **values: Any) -> Reason:
    """The reason of this code with its English sentence."""
    written = {name: _written(value) for name, value in values.items()}
    return Reason(code, TEXTS[code].format(**written), **values)


def refusal(code: str, **values: Any) -> DatasetError:
    """The error that refuses a file."""
    return DatasetError(make_reason(code, **values))


def shorten(text: str, most: int = 60) -> str:
    """A text from a file, made fit for a sentence: in one line, and cut after `most` characters."""
    plain = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[: most + 1]
    )
    return plain if len(text) <= most else plain[:most] + "…"


def join_names(texts: list[str], most: int = 5) -> str:
    """The first `most` names, separated by commas; "–" if there are none."""
    names = ", ".join(shorten(text) for text in texts[:most])
    return f"{names}, …" if len(texts) > most else names or "–"


def _written(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " × ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) else str(value)
