"""lossroom teacher-link: a new link with which the teacher enters the class; the old one no longer works.

It needs no running lab, and a running one accepts the new link at once: it reads the database when a secret is tried.
"""

from __future__ import annotations

import re

from app.addresses import Addresses
from app.mistake import Mistake
from app.people.tokens import hash_of, new_token
from app.settings import Settings
from app.storage.direct_access import renew_teacher_secret
from app.storage.lock import last_holder


def teacher_link(settings: Settings) -> int:
    """Print the link.

    Raises:
        Mistake, Failure: there is no class, or the database cannot be written.
    """
    secret = new_token()
    name = renew_teacher_secret(settings.database_path, hash_of(secret))
    if name is None:
        raise Mistake(
            f"there is no class in {settings.state_dir.absolute()}; `lossroom serve --class NAME` begins one"
        )
    addresses = Addresses(settings)
    if served := re.match(r"the lab at (http://\S+):(\d+) ", last_holder(settings.state_dir) or ""):
        addresses.port = int(served[2])
    print(f"{addresses.best}/join#teacher={secret}")
    return 0
