"""Tables as text: every way to write one is read, and what cannot be is refused with its line."""

import csv
import gzip
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.own_data import numerals
from app.own_data.columns import Parsed, add_rows, new_columns
from app.own_data.limits import Limits
from tests.support.own_files import bring, rows_of, zipped

NUMBERS = st.floats(-1e6, 1e6, width=32).filter(lambda value: value == 0 or abs(value) > 1e-3)
CLASSES = st.lists(
    st.sampled_from(["red", "gr,een", 'bl"ue', "イヌ", "a b", "N;o", "0x", "ねこ"]),
    min_size=2,
    max_size=4,
    unique=True,
)


@st.composite
def tables(draw):
    """A random table: rows of numbers with a class, and one of the ways to write it."""
    classes = draw(CLASSES)
    width = draw(st.integers(1, 4))
    labels = [*classes, *classes, *draw(st.lists(st.sampled_from(classes), max_size=12))]
    rows = [(label, [draw(NUMBERS) for _ in range(width)]) for label in labels]
    comma = draw(st.booleans())
    delimiter = draw(st.sampled_from("\t;" if comma else "\t;,"))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp932"]))
    label_index = draw(st.integers(0, width))
    ends = draw(st.sampled_from(["\n", "\r\n"]))
    return classes, rows, comma, delimiter, encoding, label_index, ends


def written(rows, comma, delimiter, encoding, label_index, ends):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ends)
    names = [f"長さ{number}" for number in range(len(rows[0][1]))]
    writer.writerow([*names[:label_index], "種類", *names[label_index:]])
    for label, numbers in rows:
        cells = [
            repr(float(number)).replace(".", ",") if comma else repr(float(number)) for number in numbers
        ]
        writer.writerow([*cells[:label_index], label, *cells[label_index:]])
    return names, text.getvalue().encode(encoding)


@settings(max_examples=25, deadline=None)
@given(tables())
def test_a_table_written_in_any_way_is_read_back_equal(tmp_path_factory, table):
    _, rows, *way = table
    names, data = written(rows, *way)
    brought = bring(tmp_path_factory.mktemp("table"), "leaves.csv", data)
    about, arrays = brought.keep(standardize=False, columns=names)
    assert about.columns == tuple(names)
    assert rows_of(about, arrays) == sorted((label, tuple(numbers)) for label, numbers in rows)
    again, _ = brought.keep(standardize=False, columns=names)
    assert again == about


IRIS = "length,width,species\n" + "".join(
    f"{5 + number / 10:.1f},{number % 7},{'setosa' if number % 3 else 'virginica'}\n" for number in range(60)
)


def test_parts_are_stratified_the_same_for_a_seed_and_standardized_without_the_examples_kept_back(tmp_path):
    brought = bring(tmp_path, "iris.csv", IRIS.encode())
    about, arrays = brought.keep(test_share=0.25, validation_share=0.2)
    assert (about.train_size, about.test_size, about.validation_size) == (45, 15, 9)
    assert about.class_names == ("setosa", "virginica")
    for labels, counts in (
        (arrays["train_labels"], [30, 15]),
        (arrays["test_labels"], [10, 5]),
        (arrays["train_labels"][-9:], [6, 3]),
    ):
        assert np.bincount(labels).tolist() == counts
    fitted = arrays["train_images"][:-9].astype(np.float64)
    assert fitted.mean(0) == pytest.approx(0, abs=1e-6)
    assert fitted.std(0) == pytest.approx(1, abs=1e-6)
    raw_about, raw = brought.keep(test_share=0.25, validation_share=0.2, standardize=False)
    assert raw_about.units == ()
    mean, deviation = np.array(about.units).T
    assert arrays["test_images"] * deviation + mean == pytest.approx(raw["test_images"], abs=1e-5)
    other, _ = brought.keep(test_share=0.25, validation_share=0.2, seed=1)
    assert other.digest != about.digest


def test_large_numbers_that_differ_little_keep_their_differences(tmp_path):
    seconds = 1_700_000_000
    lines = [f"{seconds + number % 5},{'a' if number % 5 < 3 else 'b'}" for number in range(50)]
    about, arrays = bring(tmp_path, "t.csv", "\n".join(["time,label", *lines]).encode()).keep()
    assert len(np.unique(arrays["train_images"])) == 5
    assert about.units[0][0] == pytest.approx(seconds + 2, abs=1)


def column(preview, name):
    return next(column for column in preview["columns"] if column["name"] == name)


def test_columns_that_say_nothing_are_unused_and_say_why(tmp_path):
    lines = [f"{n},{n * 7 % 13},3,note {n},{'' if n % 4 else n},{n % 5}.5,{n % 2}" for n in range(1, 41)]
    text = "\n".join(["id,size,unit,remark,rare,weight,target", *lines])
    preview = bring(tmp_path, "f.csv", text.encode()).preview()
    whys = {column["name"]: column["why"] and column["why"]["code"] for column in preview["columns"]}
    assert whys == {
        "id": "read_column_counter",
        "size": None,
        "unit": "read_column_constant",
        "remark": "read_column_text",
        "rare": "read_column_empty",
        "weight": None,
        "target": None,
    }
    assert preview["choices"]["label"] == "target"
    assert preview["choices"]["columns"] == ["size", "weight"]
    size = column(preview, "size")
    assert (size["minimum"], size["maximum"], size["distinct"], size["missing"]) == (0, 12, 13, 0)
    assert column(preview, "rare")["missing"] == 30
    assert column(preview, "remark")["why"]["text"] == "text, such as note 1 in line 2"


def test_rows_with_gaps_are_left_out_and_named_by_their_lines(tmp_path):
    lines = [f"{number % 9},{number % 4},{'x' if number % 2 else 'o'}" for number in range(60)]
    lines[3], lines[5], lines[7], lines[9], lines[11] = "NA,1,x", "1,?,o", "2,3,", "1,2", "4,many,o"
    preview = bring(tmp_path, "f.csv", "\n".join(["a,b,kind", *lines]).encode()).preview(label="kind")
    dropped = {reason["why"]["text"]: (reason["count"], reason["examples"]) for reason in preview["dropped"]}
    assert dropped == {
        "a value is missing in a": (1, ["line 5"]),
        "a value is missing in b": (1, ["line 7"]),
        "the class is missing": (1, ["line 9"]),
        "not 3 cells in the line": (1, ["line 11"]),
        "no number in b": (1, ["line 13"]),
    }
    assert preview["train_size"] + preview["test_size"] == 55


def test_a_table_without_a_header_gets_names_and_pixels_have_their_class_in_front(tmp_path):
    rows = [[number % 10, *((number * column) % 256 for column in range(64))] for number in range(40)]
    text = "\n".join(",".join(map(str, row)) for row in rows)
    preview = bring(tmp_path, "digits.csv", text.encode()).preview()
    assert preview["choices"]["label"] == "x1"
    assert preview["notes"][0]["code"] == "read_note_no_header"
    assert column(preview, "x2")["why"]["code"] == "read_column_constant"
    assert [shown["name"] for shown in preview["classes"]] == [str(digit) for digit in range(10)]


def test_full_width_digits_and_numbers_written_differently_are_one_class(tmp_path):
    text = "長さ,クラス\n" + "１．５,１\n2.5,1.0\n−3,2\n4,２\n" * 3
    about, arrays = bring(tmp_path, "f.csv", text.encode()).keep(standardize=False)
    assert about.class_names == ("1", "2")
    assert {values for _, (values,) in rows_of(about, arrays)} == {1.5, 2.5, -3, 4}


def test_classes_are_renamed_merged_and_dropped(tmp_path):
    text = "a,kind\n" + "".join(f"{number},{'abcd'[number % 4]}\n" for number in range(40)) + "7,alone\n"
    brought = bring(tmp_path, "f.csv", text.encode())
    chosen = {"a": "vowel", "b": "consonant", "c": "consonant", "d": ""}
    preview = brought.preview(classes=chosen)
    assert [(shown["name"], shown["shown"], shown["count"]) for shown in preview["classes"]] == [
        ("a", "vowel", 10),
        ("alone", "", 1),
        ("b", "consonant", 10),
        ("c", "consonant", 10),
        ("d", "", 10),
    ]
    assert {reason["why"]["code"]: reason["count"] for reason in preview["dropped"]} == {
        "read_drop_chosen": 10,
        "read_drop_small": 1,
    }
    about, _ = brought.keep(classes=chosen)
    assert about.class_names == ("vowel", "consonant")
    assert about.train_size + about.test_size == 30
    assert brought.refusal(classes={"z": "y"}).code == "read_unknown_class"
    assert brought.refusal(classes=dict.fromkeys("abcd", "one")).code == "read_one_class"


def test_samples_are_some_rows_of_each_class_as_they_are_in_the_file(tmp_path):
    lines = [f"{number},5;{'rare' if number % 50 == 0 else 'usual'}" for number in range(300)]
    preview = bring(tmp_path, "f.csv", "\n".join(["a;kind", *lines]).encode()).preview()
    samples = preview["samples"]
    assert len(samples["rows"]) == 50
    assert samples["labels"].count(0) == 5  # the sixth is a test row
    assert samples["rows"][0] == ["0,5"]
    assert samples["shape"] == [50, 1]
    assert [note["text"] for note in preview["notes"]] == [
        "numbers are written with a decimal comma",
        "98 % of all examples are usual: whoever always answers usual is right that often",
        "the class rare has only 6 examples",
    ]


def test_long_cells_are_cut_where_they_are_shown(tmp_path):
    lines = [f"{number}.{'0' * 5000},{'note ' * 5000}{number},{'ab'[number % 2]}" for number in range(5, 25)]
    preview = bring(tmp_path, "f.csv", "\n".join(["size,note,kind", *lines]).encode()).preview()
    assert {len(cells[0]) for cells in preview["samples"]["rows"]} == {40}
    assert len(column(preview, "note")["why"]["text"]) < 100
    assert column(preview, "size")["distinct"] == 20


def test_a_table_may_be_gzipped_or_alone_in_a_zip_file(tmp_path):
    about, _ = bring(tmp_path, "iris.csv", IRIS.encode()).keep()
    for name, data in (
        ("iris.csv.gz", gzip.compress(IRIS.encode())),
        (
            "iris.zip",
            zipped({"data/iris.csv": IRIS.encode(), "__MACOSX/data/._iris.csv": b"\0\1", ".DS_Store": b"\0"}),
        ),
    ):
        assert bring(tmp_path, name, data).keep()[0] == about


REGRESSION = "size,price\n" + "".join(f"{number / 7:.3f},{number * 1.25}\n" for number in range(400))
REFUSALS = {
    "empty": (b"", "f.csv is empty"),
    "one column": (
        b"a\n1\n2\n",
        "f.csv has one column only. Expected: two or more, separated by commas, semicolons or tabs",
    ),
    "header only": (b"a,b,label\n", "f.csv has no rows of data"),
    "regression": (
        REGRESSION.encode(),
        "f.csv has no column that could be the class: price has 400 different numbers, and to predict a number is"
        " regression. This lab learns classes. Make classes of the numbers, such as low, middle and high, or give the"
        " column with the classes one of the names label, class, 種類",
    ),
    "one class": (
        b"a,label\n1,x\n2,x\n3,x\n",
        "there is only one class, x; a network needs two to learn a difference",
    ),
    "one class of numbers": (
        b"a,label\n1,7\n2,7\n3,-\n",
        "there is only one class, 7; a network needs two to learn a difference",
    ),
    "not text": (b"a,b\n1,2\n\0,3\n", "f.csv is not text: byte 8 is 0"),
    "wrong bytes": (
        b"a,b\n" + b"1,x\n2,\xff\xff\n",
        "line 3 of f.csv is neither UTF-8 nor Shift-JIS. Save the table as UTF-8",
    ),
    "open quotation": (
        b'a,label\n1,x\n2,"y\n3,x\n4,y\n',
        "line 5 of f.csv has a quotation mark at a wrong place, or one that does not end",
    ),
    "ragged": (
        b"a,b,label\n1,2,x\n" + b"1,2\n" * 150 + b"1,2,x\n" * 140,
        None,
    ),
    "all missing": (b"a,label\n1,\n2,\n3,\n", None),
    "no numbers": (b"a,label\nx,1\ny,2\nx,1\ny,2\n", "f.csv has no column of numbers beside the class label"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_table_that_cannot_be_used_is_refused_with_the_place_and_what_was_expected(tmp_path, name):
    data, text = REFUSALS[name]
    reason = bring(tmp_path, "f.csv", data).refusal()
    assert text is None or reason == text


def test_a_guessed_class_is_said_to_be_one_and_may_be_corrected(tmp_path):
    lines = [f"{number % 7},{number * 1.25}" for number in range(400)]
    brought = bring(tmp_path, "f.csv", "\n".join(["rooms,price", *lines]).encode())
    preview = brought.preview()
    assert preview["choices"]["label"] == "rooms"
    assert [note["code"] for note in preview["notes"]] == ["read_note_guessed", "read_note_regression"]
    assert brought.refusal(label="price").code == "read_regression"


def test_a_column_y_beside_x_is_a_coordinate_where_another_column_may_be_the_class(tmp_path):
    grid = [f"{n % 17},{n // 17},{'red' if n % 3 else 'blue'}" for n in range(300)]
    measured = [f"{n * 0.37 % 5:.3f},{n * 0.73 % 5:.3f},{'red' if n % 3 else 'blue'}" for n in range(300)]
    for lines in (grid, measured):
        choices = bring(tmp_path, "f.csv", "\n".join(["x,y,colour", *lines]).encode()).preview()["choices"]
        assert (choices["label"], choices["columns"]) == ("colour", ["x", "y"])
    pairs = "\n".join(["x,y", *(f"{n}.5,{n % 3}" for n in range(30))])
    assert bring(tmp_path, "f.csv", pairs.encode()).preview()["choices"]["label"] == "y"


@pytest.mark.parametrize("other", ["rooms", "kind"])
def test_measurements_under_a_usual_name_leave_the_class_to_another_column_and_a_note_says_so(
    tmp_path, other
):
    lines = [f"{number % 7 if other == 'rooms' else 'abc'[number % 3]},{number / 8}" for number in range(400)]
    brought = bring(tmp_path, "f.csv", "\n".join([f"{other},target", *lines]).encode())
    preview = brought.preview()
    assert preview["choices"]["label"] == other
    assert [(note["code"], note["values"]["column"]) for note in preview["notes"]] == [
        ("read_note_guessed", other),
        ("read_note_regression", "target"),
    ]


def test_a_chosen_class_may_have_as_many_values_in_the_middle_of_a_wide_table_as_elsewhere():
    names = [f"p{place}" for place in range(700)]
    columns = new_columns(names, Limits(), "p350")
    numbers = np.tile(np.arange(3300.0) % 300, (700, 1))
    add_rows(columns, range(3300), Parsed(numbers, [[]] * 700))
    assert columns[349].is_regression
    assert not columns[350].is_regression


def test_more_different_values_than_are_counted_are_said_to_be_more(tmp_path):
    lines = [f"note {n},{n % 2},{n / 8}" for n in range(1500)]
    brought = bring(tmp_path, "f.csv", "\n".join(["remark,kind,price", *lines]).encode())
    preview = brought.preview()
    remark, kind = column(preview, "remark"), column(preview, "kind")
    assert [(remark["distinct"], remark["has_more"]), (kind["distinct"], kind["has_more"])] == [
        (1000, True),
        (2, False),
    ]
    reason = brought.refusal(label="price")
    assert reason.startswith("the column price has more than 1,000 different numbers.")
    assert reason.why["values"]["there"] == {"code": "read_more_than", "values": {"count": 1000}}


def test_a_table_of_several_blocks_may_have_no_numbers_or_mostly_gaps(tmp_path):
    texts = "color,odor,class\n" + "red,none,a\nblue,foul,b\n" * 3000
    reason = bring(tmp_path, "f.csv", texts.encode()).refusal()
    assert reason == "f.csv has no column of numbers beside the class class"
    gaps = "a,kind\n" + "".join(f"{n if n % 10 < 3 else ''},{'xy'[n % 2]}\n" for n in range(6000))
    preview = bring(tmp_path, "f.csv", gaps.encode()).preview(columns=["a"])
    assert preview["train_size"] + preview["test_size"] == 1800


def test_a_choice_that_does_not_fit_the_table_is_refused_by_name(tmp_path):
    brought = bring(tmp_path, "f.csv", IRIS.encode())
    assert brought.refusal(label="colour") == "there is no column colour; there are length, width, species"
    assert brought.refusal(columns=["species"]) == "species is the class, so it cannot be an input as well"
    assert (
        brought.refusal(label="width", columns=["species"])
        == "species cannot be an input: line 2 has virginica there, which is no number"
    )
    assert brought.refusal(label="length").code == "read_regression"
    gaps = bring(tmp_path, "gaps.csv", b"size,empty,class\n" + b"1,,a\n2,,b\n" * 9)
    assert gaps.refusal(columns=["empty"]) == "empty cannot be an input: it has no numbers"


def test_a_table_has_bounds(tmp_path):
    brought = bring(tmp_path, "f.csv", IRIS.encode())
    assert brought.refusal(Limits(rows=59)) == "f.csv has more than 59 rows"
    assert brought.refusal(Limits(columns=2)) == "f.csv has 3 columns; at most 2 are allowed"
    assert brought.refusal(Limits(classes=1)) == "there are more than 1 classes"
    assert brought.refusal(Limits(decoded_bytes=900)).code == "read_decoded"
    assert brought.refusal(Limits(bytes=100)).code == "read_too_large"


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        (["12,345", "1,234,567"], 12345.0),
        (["12,345", "1,234.5"], 12345.0),
        (["1.234,50", "2.345,00"], 1234.5),
        (["\N{MINUS SIGN}1,5", "2,25"], -1.5),
        (["0,5", "1,25"], 0.5),
    ],
)
def test_what_a_comma_means_is_seen_from_all_cells(cells, value):
    comma = numerals.has_decimal_comma(cells, separated_by_comma=False)
    assert numerals.number(numerals.tidy(cells[0]), comma) == value


def test_long_identifiers_are_different_classes():
    names = ["12345678901234567890", "12345678901234567891", "1234567890123456"]
    assert [numerals.as_class(name) for name in names] == names
    assert numerals.as_class("3.0") == "3"
