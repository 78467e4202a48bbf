"""A real lab with a class: its teacher, its students and its projector, each in a browser of their own."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

from app.people.tokens import hash_of, new_token
from app.storage.beside import renew_teacher_secret
from tests.support.experiments import QUICK
from tests.support.lab_server import LabServer, new_client
from tests.support.waiting import wait_until


class Member:
    """One person's browser: `http` with its cookies, and its sockets."""

    def __init__(self, lab: ClassLab) -> None:
        self.lab = lab
        self.http = new_client(lab.url)
        self._sockets = contextlib.ExitStack()
        lab.members.append(self)

    @property
    def me(self) -> dict[str, Any]:
        """The class as they see it."""
        found: dict[str, Any] = self.http.get("/api/class").raise_for_status().json()
        return found

    @property
    def id(self) -> str:
        person_id: str = self.me["me"]["id"]
        return person_id

    def launch(self, *, fresh: bool = True, **experiment: Any) -> dict[str, Any]:
        """Launch an experiment, and train it again if it has been trained."""
        answer = self.http.post("/api/runs", json={**QUICK, **experiment, "fresh": fresh})
        assert answer.status_code == 201, answer.text
        run: dict[str, Any] = answer.json()
        return run

    def wait_for(self, run_id: str, *statuses: str) -> dict[str, Any]:
        """Wait until a run that they see has one of the statuses."""

        def reached() -> dict[str, Any] | None:
            run: dict[str, Any] = self.http.get(f"/api/runs/{run_id}").raise_for_status().json()
            return run if run["status"] in statuses else None

        return wait_until(reached, f"status {' or '.join(statuses)} of run {run_id}")

    def runs(self) -> set[str]:
        """The ids of the runs that they see."""
        return {run["id"] for run in self.http.get("/api/runs").raise_for_status().json()["runs"]}

    def cookies(self) -> str:
        """As a header."""
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    def socket(self, *, view: str = "", **options: Any) -> Any:
        """A connection to the stream, which is open until the lab is closed; `view`: what its page shows, as "wall"."""
        address = self.lab.url.replace("http", "ws") + "/ws" + (f"?view={view}" if view else "")
        # all that comes is read: a connection that is not read is closed only after ten seconds
        unread = {"max_queue": None, "close_timeout": 2}
        options = {"compression": None, "max_size": None, "ping_interval": None, **unread, **options}
        headers = {"Cookie": self.cookies()}
        return self._sockets.enter_context(connect(address, additional_headers=headers, **options))

    def close(self) -> None:
        self._sockets.close()
        self.http.close()


class ClassLab(LabServer):
    """`lossroom serve --class`."""

    def __init__(self, *args: Any, name: str = "1-B", **options: Any) -> None:
        super().__init__(*args, **options)
        self.environment |= {"LOSSROOM_CLASS": name}
        self._class = ""  # its id
        self._secrets: dict[str, str] = {}  # of each class that this lab has had
        self.members: list[Member] = []
        self._asked: Member | None = None  # a teacher who knows the code

    def start(self) -> None:
        super().start()
        file = self.state_dir / "lossroom.sqlite3"
        with contextlib.closing(sqlite3.connect(file)) as database:
            newest = "SELECT id FROM classes WHERE ended_at IS NULL ORDER BY made_at DESC LIMIT 1"
            self._class = next((str(row[0]) for row in database.execute(newest)), "")
        if self._class and self._class not in self._secrets:  # as `lossroom teacher-link` does
            self._secrets[self._class] = new_token()
            assert renew_teacher_secret(file, hash_of(self._secrets[self._class]))

    @property
    def secret(self) -> str:
        """Of the teacher's link."""
        return self._secrets[self._class]

    def visitor(self) -> Member:
        """A new browser; it has opened the page on which people join."""
        member = Member(self)
        assert member.http.get("/join").status_code == 200
        return member

    def teacher(self) -> Member:
        member = self.visitor()
        member.http.post("/api/class/enter", json={"secret": self.secret}).raise_for_status()
        return member

    def projector(self) -> Member:
        secret = self.teacher().http.post("/api/class/projector-link").raise_for_status().json()["secret"]
        member = self.visitor()
        member.http.post("/api/class/enter", json={"secret": secret}).raise_for_status()
        return member

    @property
    def code(self) -> str:
        """With which people join."""
        said = self._asked.me if self._asked else {}
        if "code" not in said:  # nobody has been asked yet, or their class has ended
            self._asked = self.teacher()
            said = self._asked.me
        code: str = said["code"]
        return code

    def student(self, nickname: str) -> Member:
        member = self.visitor()
        joined = member.http.post("/api/class/join", json={"code": self.code, "nickname": nickname})
        assert joined.status_code == 201, joined.text
        return member

    def __exit__(self, *error: object) -> None:
        for member in self.members:
            member.close()
        super().__exit__(*error)


@contextlib.contextmanager
def running_class(folder: Path, **environment: str) -> Iterator[ClassLab]:
    """A class with two workers and an empty database in `folder`, and the built-in data sets."""
    variables = {"LOSSROOM_WORKERS": "2", **environment}
    with ClassLab(folder / "state", folder, environment=variables) as lab:
        yield lab
