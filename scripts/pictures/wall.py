"""The wall's pictures: thirty students, who have joined and launched."""

from __future__ import annotations

from typing import Any

from scripts.pictures.studio import LANGUAGES, Studio, scene

NICKNAMES = [
    *("tanuki", "mochi", "comet", "kumo", "otter", "mikan", "biscuit", "rocket", "nori", "panda"),
    *("たこやき", "yuzu", "pixel", "onigiri", "falcon", "くじら", "kitsune", "waffle", "tofu", "ペンギン"),
    *("lemon", "moss", "すずめ", "noodle", "koala", "gecko", "puffin", "ramune", "cactus", "かえる"),
]
#: Every seventh student has not launched yet; these two have their hands up.
HANDS = ("mikan", "すずめ")
#: Ended runs when the pictures are taken: some still train or wait.
ENDED = 40


def experiment(name: str, seed: int) -> dict[str, Any]:
    """One of two networks that a student compares, each student with another seed."""
    return {
        "name": name,
        "seed": seed,
        "dataset": {"name": "digits"},
        "network": {
            "hidden": [30, 30, 30, 30],
            "activation": "relu" if name == "ReLU" else "sigmoid",
            "initializer": {"name": "normal", "std": 0.1},
        },
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
        "training": {"iterations": 600, "batch_size": 32, "evaluate_every": 10},
    }


@scene("wall")
def wall(studio: Studio) -> None:
    """The teacher's page, while the class works."""
    lab = studio.class_lab()
    students = [lab.student(name) for name in NICKNAMES]
    launched = [student for number, student in enumerate(students) if number % 7 != 2]
    pages = {
        ending: studio.wall(lab.teacher(), locale=locale)
        for ending, locale in (("", "en-US"), ("-ja", "ja-JP"))
    }
    for seed, student in enumerate(launched):
        experiments = [experiment(name, seed) for name in ("ReLU", "sigmoid")]
        student.http.post("/api/experiments", json={"experiments": experiments}).raise_for_status()
    for name in HANDS:
        students[NICKNAMES.index(name)].http.put("/api/class/me/hand", json={"up": True}).raise_for_status()
    for ending, page in pages.items():
        page.until(f"document.querySelectorAll('.cloud-thin path[d^=M]').length >= {ENDED}")
        page.page.locator(f".tile >> text={HANDS[0]}").hover()
        page.until("document.querySelectorAll('.cloud-chosen path').length === 2")
        studio.save(page, f"wall{ending}")


@scene("challenge")
def challenge(studio: Studio) -> None:
    """The card of a challenge, when its test set has been opened and places have moved."""
    lab = studio.class_lab()
    teacher = lab.teacher()
    terms = {"dataset": "digits", "validation_size": 100, "max_parameters": 5000}
    for number, name in enumerate(NICKNAMES[:9]):
        student = lab.student(name)
        if not number:
            named = {"name": "Small networks", **terms}
            teacher.http.post("/api/class/challenge", json=named).raise_for_status()
        run = student.launch(
            name="entry",
            seed=number,
            dataset={"name": "digits", "validation_size": 100, "test_size": 0},
            network={"preset": "mlp", "hidden": [12 + 6 * number]},
            optimizer={"name": "adam", "learning_rate": 0.01},
            training={"iterations": 400, "batch_size": 32, "evaluate_every": 20},
        )
        student.wait_for(run["id"], "completed")
    for ending, locale in LANGUAGES.items():
        page = studio.wall(teacher, locale=locale)
        page.open()
        page.until("document.querySelectorAll('.challenge-top li').length === 10")
        if not ending:
            teacher.http.post("/api/class/challenge/open").raise_for_status()
        page.until("document.querySelector('.challenge-top .challenge-score').children.length === 2")
        studio.save(page, f"challenge{ending}", "#challenge")


SCENES = [wall, challenge]
