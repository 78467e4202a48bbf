"""Store the reference curves again: `python -m scripts.reference_curves`.

To be run after `engine.fingerprint.MATHEMATICS_VERSION` was increased, or on another kind of machine, whose digests are
added. See `tests/support/reference_curves.py`.
"""

from __future__ import annotations

import json

from tests.support import reference_curves


def main() -> None:
    try:
        renewed = reference_curves.renewed(reference_curves.read())
    except ValueError as error:
        raise SystemExit(str(error)) from None
    reference_curves.STORED.write_text(json.dumps(renewed, indent=1) + "\n", "utf-8")
    print(f"{len(renewed['losses'])} curves, exact on {len(renewed['digests'])} kinds of machines")


if __name__ == "__main__":
    main()
