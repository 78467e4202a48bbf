"""A real lab with a class: its teacher, its students and its projector, each with an HTTP client of their own."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

from app.people.tokens import hash_of, new_token
from app.storage.direct_access import renew_teacher_secret
from tests.support.experiments import QUICK
from tests.support.lab_server import LabServer, new_client
from tests.support.waiting import wait_until


class PersonClient:
    """What one person does in a lab with a class, as their browser would: `http` keeps the cookies."""

    def __init__(self, lab: ClassLab) -> None:
        self.lab = lab
        self.http = new_client(lab.url)
        self._sockets = contextlib.ExitStack()
        lab.clients.append(self)

    @property
    def me(self) -> dict[str, Any]:
        """The answer of `/api/class`: the class as this person sees it, with the person as "me"."""
        found: dict[str, Any] = self.http.get("/api/class").raise_for_status().json()
        return found

    @property
    def id(self) -> str:
        person_id: str = self.me["me"]["id"]
        return person_id

    def launch(self, *, fresh: bool = True, **experiment: Any) -> dict[str, Any]:
        """Launch an experiment. `fresh`: it is trained even if the same experiment was trained already."""
        answer = self.http.post("/api/runs", json={**QUICK, **experiment, "fresh": fresh})
        assert answer.status_code == 201, answer.text
        run: dict[str, Any] = answer.json()
        return run

    def wait_for(self, run_id: str, *statuses: str) -> dict[str, Any]:
        """Wait until a run that this person sees has one of the statuses."""

        def reached() -> dict[str, Any] | None:
            run: dict[str, Any] = self.http.get(f"/api/runs/{run_id}").raise_for_status().json()
            return run if run["status"] in statuses else None

        return wait_until(reached, f"status {' or '.join(statuses)} of run {run_id}")

    def runs(self) -> set[str]:
        """The ids of the runs that this person sees."""
        return {run["id"] for run in self.http.get("/api/runs").raise_for_status().json()["runs"]}

    def cookies(self) -> str:
        """The cookies as the value of a `Cookie` header."""
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    def socket(self, *, view: str = "", **options: Any) -> Any:
        """A connection to the stream, open until the lab is closed. `view`: which page asks, such as "wall"."""
        address = self.lab.url.replace("http", "ws") + "/ws" + (f"?view={view}" if view else "")
        # no limit for messages that are not read yet: with one, closing the connection would take ten seconds
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
        self._class_id = ""
        self._secrets: dict[str, str] = {}  # class id → the secret of the teacher's link
        self.clients: list[PersonClient] = []
        self._teacher: PersonClient | None = None  # the teacher who was asked for the code

    def start(self) -> None:
        super().start()
        file = self.state_dir / "lossroom.sqlite3"
        with contextlib.closing(sqlite3.connect(file)) as database:
            newest = "SELECT id FROM classes WHERE ended_at IS NULL ORDER BY made_at DESC LIMIT 1"
            self._class_id = next((str(row[0]) for row in database.execute(newest)), "")
        if self._class_id and self._class_id not in self._secrets:  # as `lossroom teacher-link` does
            self._secrets[self._class_id] = new_token()
            assert renew_teacher_secret(file, hash_of(self._secrets[self._class_id]))

    @property
    def secret(self) -> str:
        """The secret in the teacher's link."""
        return self._secrets[self._class_id]

    def visitor(self) -> PersonClient:
        """A new browser; it has opened the page on which people join."""
        client = PersonClient(self)
        assert client.http.get("/join").status_code == 200
        return client

    def teacher(self) -> PersonClient:
        client = self.visitor()
        client.http.post("/api/class/enter", json={"secret": self.secret}).raise_for_status()
        return client

    def projector(self) -> PersonClient:
        secret = self.teacher().http.post("/api/class/projector-link").raise_for_status().json()["secret"]
        client = self.visitor()
        client.http.post("/api/class/enter", json={"secret": secret}).raise_for_status()
        return client

    @property
    def code(self) -> str:
        """The six digits with which people join."""
        answer = self._teacher.me if self._teacher else {}
        if "code" not in answer:  # nobody has been asked yet, or their class has ended
            self._teacher = self.teacher()
            answer = self._teacher.me
        code: str = answer["code"]
        return code

    def student(self, nickname: str) -> PersonClient:
        client = self.visitor()
        joined = client.http.post("/api/class/join", json={"code": self.code, "nickname": nickname})
        assert joined.status_code == 201, joined.text
        return client

    def __exit__(self, *error: object) -> None:
        for client in self.clients:
            client.close()
        super().__exit__(*error)


@contextlib.contextmanager
def running_class(folder: Path, data_dir: Path | None = None, /, **environment: str) -> Iterator[ClassLab]:
    """A class with two workers and an empty database in `folder`; without `data_dir` only with built-in data sets."""
    variables = {"LOSSROOM_WORKERS": "2", **environment}
    with ClassLab(folder / "state", data_dir or folder, environment=variables) as lab:
        yield lab
