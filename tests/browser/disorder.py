"""A page whose answers and messages arrive in an order that a seed decides, random user actions, and the outcome."""

from __future__ import annotations

import json
import random
import time
from typing import Any

from tests.support.experiments import QUICK

#: Wraps `fetch` and `WebSocket` before the page's scripts run. Every request and every answer is delayed by a random
#: time, so that they arrive in any order. Messages of a socket are delayed too, but keep their order. `calm()` ends all
#: delays.
#: Where sockets are `refused`, the page polls.
DISORDER = """
(seed, refused) => {
    const MAX_DELAY = 400;
    let state = seed >>> 0;
    const random = () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let t = Math.imul(state ^ (state >>> 15), state | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    let calm = false;
    let underWay = 0;
    const sockets = new Set();
    const delay = () => (calm || random() < 0.3 ? 0 : MAX_DELAY * random() ** 2);
    const wait = () => new Promise((done) => setTimeout(done, delay()));
    const plain = window.fetch.bind(window);
    window.fetch = async (...request) => {
        const counted = !String(request[0].url ?? request[0]).includes("api/stream"); // a page that polls always asks
        underWay += counted;
        try {
            await wait();
            const answer = await plain(...request);
            await wait();
            return answer;
        } finally {
            underWay -= counted;
        }
    };
    window.WebSocket = class extends WebSocket {
        constructor(...address) {
            super(...address);
            if (refused) this.close(); // as by a proxy that knows none
            sockets.add(this);
            let last = 0;
            this.addEventListener("message", (event) => {
                if (event.isLate) return;
                event.stopImmediatePropagation();
                last = Math.max(last, performance.now() + delay());
                underWay++;
                setTimeout(() => {
                    underWay--;
                    if (this.readyState !== WebSocket.OPEN) return; // lost with the connection
                    const late = new MessageEvent("message", { data: event.data });
                    this.dispatchEvent(Object.assign(late, { isLate: true }));
                }, last - performance.now());
            });
            this.addEventListener("close", () => sockets.delete(this));
        }
    };
    window.disorder = {
        cut: () => sockets.forEach((socket) => socket.readyState === WebSocket.OPEN && socket.close()),
        calm: () => void (calm = true),
        get isQuiet() {
            const isOpen = [...sockets].some((socket) => socket.readyState === WebSocket.OPEN);
            return calm && !underWay && (isOpen || refused);
        },
    };
}
"""

#: Everything on a page that another page at the same address should show too, except how it is connected.
SHOWN = """
() => {
    const text = (element) => element.textContent.replace(/\\s+/g, " ").trim();
    const seen = (element) => !element.closest("[hidden]");
    const all = (selector, read) => [...document.querySelectorAll(selector)].filter(seen).map(read);
    const field = (input) => [
        input.dataset.field || input.name, input.type === "radio" && !input.checked ? "" : input.value, input.disabled,
    ];
    const pressed = (button) => button.getAttribute("aria-pressed");
    const CELLS = ["loss", "train", "test", "seconds"].map((name) => `.cell.${name}`);
    const TEXTS = [".run-name", ".state", ".score", ".tags", ...CELLS];
    const entry = (run) => ({
        id: run.dataset.run,
        classes: run.className.split(" ").filter((name) => name !== "pointed").sort().join(" "),
        status: run.dataset.status,
        pressed: [...run.querySelectorAll("[aria-pressed]")].map(pressed).join(),
        texts: TEXTS.map((name) => text(run.querySelector(name))),
        buttons: [...run.querySelectorAll(".actions button:not([hidden])")].map((button) => button.title),
        progress: run.querySelector("progress").value,
    });
    const points = ({ x, y, meta, marker }) => {
        const line = [...x].map((x, i) => [x, String(y[i])]);
        // marks and symbols are of several curves, in no order
        return meta.run ? line : line.map((one, i) => [...one, marker.symbol[i], marker.color[i]].join(" ")).sort();
    };
    const trace = (drawn) => ({
        uid: drawn.uid, name: drawn.name, mode: drawn.mode, points: points(drawn),
        line: [drawn.line?.dash, drawn.line?.color, drawn.line?.width],
    });
    const chart = (card) => {
        const plot = card.querySelector(".plot");
        const axis = plot._fullLayout?.xaxis;
        return {
            title: text(card.querySelector("h2")),
            x: axis && [axis.type, ...axis.range.map((x) => x.toFixed(3))],
            y: axis && [plot._fullLayout.yaxis.type, ...plot._fullLayout.yaxis.range.map((y) => y.toFixed(3))],
            traces: (plot.data ?? []).map(trace).sort((one, other) => (one.uid < other.uid ? -1 : 1)),
            legend: [...card.querySelectorAll(".legend:not([hidden])")].map(text),
        };
    };
    return {
        language: document.documentElement.lang,
        runs: all(".run", entry),
        groups: all(".run-group", text),
        count: text(document.getElementById("run-count")),
        empty: all("#runs-empty", text),
        details: all("#run-details > *", text),
        live: all(".live input", (input) => [input.getAttribute("aria-label"), input.value]),
        said: all("#run-details [name]", (input) => [input.name, input.value]),
        bar: all("#run-bar", text),
        lesson: all("#lesson > *", text),
        form: all("#form input:not([type=checkbox]), #form select", field),
        launch: all("#launch span", text),
        facts: all(".facts dd", text),
        shapes: all(".layer-shape", text),
        edit: all("#edit-layers", (button) => [button.title, button.disabled]),
        wrong: all("#form .error", text).filter(Boolean),
        foot: all("#chart-foot select", (select) => [select.id, select.value]),
        charts: all("#charts .card", chart),
    };
}
"""


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """The differences of two documents, one line for each."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [
            line
            for name in one.keys() | other.keys()
            for line in differences(one.get(name), other.get(name), f"{path}.{name}")
        ]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            line
            for i, pair in enumerate(zip(one, other, strict=True))
            for line in differences(*pair, f"{path}.{i}")
        ]
    if one == other:
        return []
    return [f"{path}: here {json.dumps(one)[:600]}, afresh {json.dumps(other)[:600]}"]


#: An experiment that trains for some seconds, with so few rows that a chart draws all of them.
SLOW: dict[str, Any] = {
    **QUICK,
    "name": "slow",
    "network": {"preset": "mlp", "hidden": [256, 128]},
    "training": {"iterations": 1200, "batch_size": 512, "evaluate_every": 50},
}


class Hands:
    """A user at a page, and others at the same lab; a seed decides what they do next."""

    def __init__(self, page: Any, lab: Any, seed: int) -> None:
        self._page = page
        self._lab = lab
        self._random = random.Random(seed)
        self.done: list[str] = []

    def act(self, times: int) -> None:
        names = [name for name in dir(self) if name.startswith("do_")]
        for _ in range(times):
            name = self._random.choice(names)
            self.done.append(name[3:])
            getattr(self, name)()
            if self._random.random() < 0.6:
                time.sleep(self._random.random() * 0.3)

    # -- with the mouse and the keys ---------------------------------------------------------------

    def _press(self, selector: str, **options: Any) -> None:
        """Click a random element of those that can be clicked now, if there is one."""
        self._page.page.evaluate(
            """([selector, share, options]) => {
                const canBe = (element) => !element.disabled && !element.closest("[hidden]");
                const clickable = [...document.querySelectorAll(selector)].filter(canBe);
                const click = new MouseEvent("click", { bubbles: true, detail: 1, ...options });
                clickable[Math.floor(share * clickable.length)]?.dispatchEvent(click);
            }""",
            [selector, self._random.random(), options],
        )

    def _type(self, selector: str, value: str, event: str = "input") -> None:
        self._page.page.evaluate(
            """([selector, value, event]) => {
                const input = document.querySelector(selector);
                if (!input || input.closest("[hidden]")) return;
                if (input.matches("select") && ![...input.options].some((option) => option.value === value)) return;
                input.value = value;
                input.dispatchEvent(new Event(event, { bubbles: true }));
            }""",
            [selector, value, event],
        )

    def do_launch(self) -> None:
        self._type('[name="training.iterations"]', self._random.choice(["40", "200", "1200"]))
        self._press("#launch")

    def do_type_into_the_form(self) -> None:
        name, values = self._random.choice(
            [
                ("network.hidden.0", ["5", "5, 10", "8..10", "x", "64"]),
                ("optimizer.learning_rate", ["0.1", "0.01, 0.1", "-1"]),
                ("training.batch_size", ["16", "32", "0"]),
                ("training.iterations", ["60", "100"]),
            ]
        )
        self._type(f'[name="{name}"]', self._random.choice(values))

    def do_choose_in_the_form(self) -> None:
        name, values = self._random.choice(
            [
                ("dataset.name", ["digits", "spirals", "moons"]),
                ("network.preset", ["mlp", "simple_convnet"]),
                ("optimizer.name", ["sgd", "adam"]),
                ("seeds", ["1", "2"]),
            ]
        )
        value = self._random.choice(values)
        self._type(f'select[name="{name}"]', value, "change")
        self._press(f'input[type="radio"][data-field="{name}"][value="{value}"]')

    def do_edit_layers(self) -> None:
        self._press("#edit-layers")

    def do_go_back_to_all_networks(self) -> None:
        self._press("#all-networks")

    def do_show_or_hide_a_run(self) -> None:
        self._press(".run .swatch")

    def do_show_a_run_alone(self) -> None:
        self._press(".run .swatch", altKey=True)

    def do_show_all(self) -> None:
        self._press("#show-all")

    def do_show_none(self) -> None:
        self._press("#show-none")

    def do_select(self) -> None:
        self._press(".run-name", ctrlKey=self._random.random() < 0.3)

    def do_rename(self) -> None:
        self._press(".run .actions.more button:nth-child(2)")
        self._type("input.rename", f"mine {self._random.randrange(9)}")
        self._page.page.evaluate("document.querySelector('input.rename')?.blur()")

    def do_star(self) -> None:
        self._press(".run .star")

    def do_command(self) -> None:
        self._press(".run .actions button")

    def do_delete(self) -> None:
        self._press(".run .actions.more button:last-child")

    def do_undo(self) -> None:
        self._press(".toast button")

    def do_change_live(self) -> None:
        values = self._random.choice([("learning_rate", "0.05"), ("learning_rate", "0.2"), ("l2", "0.001")])
        self._type(f'[name="live.{values[0]}"]', values[1], "change")

    def do_pause_the_selected_run(self) -> None:
        self._press("#details-pause")

    def do_archive(self) -> None:
        self._press(".details-foot .toggle:last-child")

    def do_clone_into_the_form(self) -> None:
        self._press(".details-foot > .toggle")

    def do_search_and_arrange(self) -> None:
        said = self._random.choice(
            ["{}", '{"group":"status"}', '{"text":"lr>0.05"}', '{"group":"training.batch_size"}']
        )
        self._page.page.evaluate(
            "async (said) => (await pageModule('state/address.js')).urlState.set({ list: JSON.parse(said) })",
            said,
        )

    def do_change_a_chart(self) -> None:
        self._press("#charts .toggle[data-option]")

    def do_change_what_curves_are(self) -> None:
        name, values = self._random.choice(
            [
                ("#x-axis", ["iteration", "epoch", "relative", "wall"]),
                ("#band-spread", ["", "std"]),
                ("#dash-field", ["", "seed", "optimizer.learning_rate"]),
            ]
        )
        self._type(name, self._random.choice(values), "change")

    def do_switch_the_language(self) -> None:
        self._press("[data-language]")

    # -- elsewhere ---------------------------------------------------------------------------------

    def do_lose_the_connection(self) -> None:
        self._page.page.evaluate("disorder.cut()")

    def do_launch_elsewhere(self) -> None:
        settings = self._random.choice([QUICK, SLOW, SLOW])
        self._lab.launch(**{**settings, "seed": self._random.randrange(3)})

    def do_change_elsewhere(self) -> None:
        runs = self._lab.http.get("/api/runs").json()["runs"]
        if not runs:
            return
        path = f"/api/runs/{self._random.choice(runs)['id']}"
        match self._random.randrange(6):
            case 0:
                self._lab.http.delete(path)
            case 1:
                self._lab.post(f"{path}/{self._random.choice(['pause', 'resume', 'cancel'])}")
            case 2:
                self._lab.http.patch(f"{path}/live", json={"learning_rate": self._random.choice([0.3, 1e9])})
            case 3:
                self._lab.http.patch(path, json={"starred": True, "tags": ["theirs"]})
            case 4:
                self._lab.http.patch(path, json={"name": f"renamed {self._random.randrange(9)}"})
            case 5:
                self._lab.http.patch(path, json={"archived": self._random.random() < 0.5})
