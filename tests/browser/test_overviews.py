"""A long finished curve: its overview is drawn at once, then its rows replace it."""

import numpy as np

from app.live import frames
from tests.support.lab_page import LabPage

ROWS = 12_000


class Slow:
    """A connection on which rows are held back until they are let through."""

    def __init__(self, page: LabPage) -> None:
        self._held: list = []
        self._open = False
        page.page.route_web_socket("**/ws", self._route)
        page.open()

    def _route(self, tab) -> None:
        server = tab.connect_to_server()

        def from_server(message) -> None:
            rows = isinstance(message, bytes) and "overview" not in frames.decode(message)[0]
            if rows and not self._open:
                self._held.append((tab, message))
            else:
                tab.send(message)

        server.on_message(from_server)

    def let_through(self) -> None:
        self._open = True
        for tab, message in self._held:
            tab.send(message)


def test_a_long_run_shows_its_overview_until_its_rows_arrive(lab, open_page):
    run = lab.launch(
        network={"preset": "mlp", "hidden": [2]},
        training={"iterations": ROWS, "batch_size": 2, "evaluate_every": 1000},
    )
    lab.wait_for(run["id"], "completed")
    lab.restart()
    page = open_page(lab, reused=False)
    connection = Slow(page)
    outline = "document.getElementById('chart-loss').data?.find(t => t.meta.series === 'loss-outline')"

    page.until(f"Boolean({outline})")
    drawn = page.trace(run["id"], "loss-outline")
    columns, stored = lab.stored_rows(run["id"])
    losses = stored[:, columns.index("loss")]
    assert len(drawn) <= 1024
    assert (drawn[0, 0], drawn[-1, 0]) == (1, ROWS)
    assert (drawn[:, 1].min(), drawn[:, 1].max()) == (losses.min(), losses.max())

    connection.let_through()
    page.until(f"!{outline}")
    page.wait_for_points(run["id"], 100, "loss-smoothed")
    assert page.trace(run["id"], "loss")[-1].tolist() == [ROWS, losses[-1]]
    curves = "document.getElementById('chart-loss').data.filter(t => t.meta.run).map(t => t.meta.series)"
    assert page.page.evaluate(curves) == ["loss", "loss-smoothed"]
    assert np.isfinite(page.trace(run["id"], "loss-smoothed")).all()
