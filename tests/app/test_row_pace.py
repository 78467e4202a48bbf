"""Workers know whether a viewer shows their training."""

from unittest.mock import Mock

from app.jobs.executor import Executor
from app.jobs.messages import Watch
from app.jobs.row_pace import RowPace
from tests.support.hub import HubLab


def test_a_worker_is_informed_once_when_its_training_is_watched_or_not_any_more():
    hub, executor = HubLab().hub, Mock(Executor)
    hub.show("r", "t")
    hub.show("s", "t")  # two runs show the same training
    hub.show("other", "u")
    pace = RowPace(hub, executor, {"t", "u"})

    def sent():
        executor.reset_mock()
        pace.update()
        return sorted([call.args for call in executor.send.call_args_list], key=str)

    assert sent() == [("t", Watch(False)), ("u", Watch(False))]
    assert sent() == []
    viewer = hub.join()
    viewer.subscribe("s", {})
    assert sent() == [("t", Watch(True))]
    hub.leave(viewer)
    assert sent() == [("t", Watch(False))]
    pace.forget("t")  # its next worker begins as if it were watched
    assert sent() == [("t", Watch(False))]
