"""Reading takes at most three times the memory of the data set that comes out."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.own_files import zipped

ROOT = Path(__file__).resolve().parents[3]

#: Reads a small file of the same kind first: libraries and buffers of fixed size do not count.
MEASURE = """
import json, sys
from pathlib import Path
from app.own_data.choices import Choices
from app.own_data.limits import Limits
from app.own_data.reading import decode
folder = Path(sys.argv[1])
peaks = []
for file in ("small", "large"):
    about = decode(folder / file, sys.argv[2], Choices(), Limits(), folder / "out")
    status = Path("/proc/self/status").read_text()
    peaks.append(int(status.partition("VmHWM:")[2].split()[0]) * 1024)
print(json.dumps(peaks))
"""


def table(rows):
    """Thirty columns of numbers."""
    some = np.random.default_rng(0).normal(size=(500, 30)).round(3).tolist()
    lines = [",".join(map(str, row)) + f",{'ab'[index % 2]}\n" for index, row in enumerate(some)]
    header = ",".join(f"c{index}" for index in range(30)) + ",label\n"
    return (header + "".join(lines) * (rows // len(lines))).encode()


def stack(images):
    """Images as float32, four times their decoded size."""
    values = np.random.default_rng(images).random((images, 32, 32), np.float32)
    buffer = io.BytesIO()
    np.savez(buffer, images=values, labels=np.arange(images) % 2)
    return buffer.getvalue()


def pictures(images):
    """Colour images of 64 pixels, most of them of one colour."""
    members = {}
    for index in range(images):
        buffer = io.BytesIO()
        Image.new("RGB", (64, 64), (index % 256, index // 256, 90)).save(buffer, "PNG", compress_level=1)
        members[f"{'ab'[index % 2]}/{index}.png"] = buffer.getvalue()
    return zipped(members)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says the peak of this process alone")
@pytest.mark.parametrize(
    ("make", "small", "large", "decoded"),
    [
        (table, 7000, 40_000, 40_000 * (30 * 4 + 8)),
        (stack, 1500, 16_000, 16_000 * (32 * 32 + 8)),
        (pictures, 50, 1500, 1500 * (3 * 64 * 64 + 8)),
    ],
    ids=["table", "arrays", "images"],
)
def test_reading_takes_at_most_three_times_the_decoded_size(tmp_path, make, small, large, decoded):
    (tmp_path / "small").write_bytes(make(small))
    (tmp_path / "large").write_bytes(make(large))
    command = [sys.executable, "-c", MEASURE, str(tmp_path), "file"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    before, peak = json.loads(done.stdout)
    kept = sum(path.stat().st_size for path in (tmp_path / "out").rglob("*.npy"))
    assert kept > decoded
    assert peak - before <= 3 * decoded
