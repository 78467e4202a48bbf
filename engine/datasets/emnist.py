"""EMNIST: handwritten letters and digits of 28×28 pixels (Cohen et al. 2017), in IDX files whose images are transposed.

Here are two of its six sets. *Balanced* has 47 classes with the same number of images; lower-case letters that look
like their capitals are in the class of the capital. *Letters* has 26 classes, with capitals and lower-case letters
together. The publisher has one archive for all six sets.
"""

from __future__ import annotations

import shutil
import string
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path

from engine.datasets.dataset import Progress
from engine.datasets.download import download, unpacking
from engine.datasets.idx import IdxFiles

FOLDER = "emnist"

_ARCHIVE = "gzip.zip"
_CHECKSUM = "md5:58c8d27c78d21e728a6bc7b3cc06412e"
_BYTES = 561_753_746
_ADDRESSES = (
    "https://biometrics.nist.gov/cs_links/EMNIST/",
    "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/",
)
#: Held while the archive is downloaded and unpacked: both sets may be wanted at once.
_FETCHING = threading.Lock()


def _files(set_name: str, class_names: tuple[str, ...], first_label: int) -> IdxFiles:
    return IdxFiles(
        name=f"emnist_{set_name}",
        folders=(FOLDER, "EMNIST/raw"),
        class_names=class_names,
        files={
            f"{part}_{array}": f"emnist-{set_name}-{part}-{array}-idx{axes}-ubyte"
            for part in ("train", "test")
            for array, axes in (("images", 3), ("labels", 1))
        },
        transposed=True,
        first_label=first_label,
    )


_BALANCED = _files("balanced", tuple(string.digits + string.ascii_uppercase + "abdefghnqrt"), 0)
_LETTERS = _files("letters", tuple(string.ascii_uppercase), 1)


def _fetch(data_dir: Path, mirrors: Sequence[str], progress: Progress | None) -> None:
    """Download the archive, and keep the files of both sets; nothing, if both are there meanwhile.

    Args:
        data_dir: the data folder; the files come into its folder "emnist".
        mirrors: addresses that are tried before the publisher's.
        progress: called while the archive is downloaded.

    Raises:
        DatasetError: no address has the archive, it cannot be unpacked, or the folder cannot be written.
    """
    with _FETCHING:
        if not (_BALANCED.are_available(data_dir) and _LETTERS.are_available(data_dir)):
            _fetch_both(data_dir, mirrors, progress)


def _fetch_both(data_dir: Path, mirrors: Sequence[str], progress: Progress | None) -> None:
    bases = [*(f"{mirror.rstrip('/')}/{FOLDER}/" for mirror in mirrors), *_ADDRESSES]
    archive = data_dir / FOLDER / _ARCHIVE
    addresses = [base + _ARCHIVE for base in bases]

    def report(received: int, _: int) -> None:
        if progress is not None:
            progress(received, _BYTES)  # not every server says how many bytes it sends

    download(addresses, archive, _CHECKSUM, report)
    with unpacking(archive) as fresh:
        with zipfile.ZipFile(archive) as members:
            for file in (*_BALANCED.files.values(), *_LETTERS.files.values()):
                with (
                    members.open(f"gzip/{file}.gz") as source,
                    (fresh / f"{file}.gz").open("wb") as target,
                ):
                    shutil.copyfileobj(source, target)
        for path in fresh.iterdir():
            path.replace(archive.parent / path.name)


BALANCED = _BALANCED.source(
    title="EMNIST balanced", train_size=112_800, test_size=18_800, fetch=_fetch, download_bytes=_BYTES
)
LETTERS = _LETTERS.source(
    title="EMNIST letters", train_size=124_800, test_size=20_800, fetch=_fetch, download_bytes=_BYTES
)
