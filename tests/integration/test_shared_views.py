"""What people of a class share as one thing: a comparison, or a moment of some runs."""

from app.people.shared_views import MAX_VIEWED, MAX_VIEWS
from tests.support.class_lab import running_class
from tests.support.errors import error
from tests.support.experiments import SHORT


def views(member):
    """What a person sees that is shared: the number of who shares it, the numbers of the runs, and the moment."""
    people = member.http.get("/api/class/views").raise_for_status().json()["people"]
    return [
        (person["person"]["number"], [run["number"] for run in view["runs"]], view["iteration"])
        for person in people
        for view in person["views"]
    ]


def share(member, *runs, **values):
    return member.http.post("/api/class/views", json={"runs": [run["id"] for run in runs], **values})


def stop(member, view):
    return member.http.delete(f"/api/class/views/{view}")


def test_runs_that_are_shared_together_are_seen_by_the_class_until_that_ends(tmp_path):
    with running_class(tmp_path) as lab:
        ada, bob, teacher, projector = (
            lab.student("Ada"),
            lab.student("Bob"),
            lab.teacher(),
            lab.projector(),
        )
        first, second, hidden = (ada.launch(**SHORT, seed=seed) for seed in (1, 2, 3))
        his = bob.launch(**SHORT, seed=4)
        length = first["iterations"]

        # what is wrong names its field; a run that one does not see is one that does not exist
        assert error(share(ada, first, his))["code"] == "not_found"
        assert error(share(ada, first, iteration=length + 1))["bounds"] == {
            "minimum": 0,
            "maximum": length,
            "value": length + 1,
        }
        assert error(share(ada))["field"] == "runs"
        assert error(share(ada, *[first] * (MAX_VIEWED + 1)))["field"] == "runs"
        assert error(share(projector, first))["code"] == "not_allowed"
        assert views(bob) == []

        # all see it and its runs, and no other run of hers; only she and the teacher may end it
        shared = share(ada, second, first, iteration=5)
        assert shared.status_code == 201
        (view,) = shared.json()["views"]
        for member in (bob, teacher, projector):
            assert views(member) == [(1, [second["number"], first["number"]], 5)]
            assert "Ada" not in member.http.get("/api/class/views").text
        assert bob.runs() == {first["id"], second["id"], his["id"]}
        assert error(bob.http.delete(f"/api/runs/{first['id']}"))["code"] == "not_yours"
        assert error(stop(bob, view["id"]))["code"] == "not_yours"
        assert error(stop(ada, "nothing"))["field"] == "view"

        # a comparison with another's run does not open that for longer than its owner does
        bob.http.patch(f"/api/runs/{his['id']}", json={"shared": True}).raise_for_status()
        (_, compared) = share(ada, his, hidden).json()["views"]
        bob.http.patch(f"/api/runs/{his['id']}", json={"shared": False}).raise_for_status()
        assert his["id"] not in ada.runs() | projector.runs()
        assert hidden["id"] in bob.runs()
        assert stop(ada, compared["id"]).status_code == 204
        assert hidden["id"] not in bob.runs() | projector.runs()

        # bounded for each person
        for iteration in [1, 1, *range(2, MAX_VIEWS)]:  # the same one again is no other one
            share(ada, hidden, iteration=iteration).raise_for_status()
        refused = error(share(ada, hidden))
        assert (refused["code"], refused["bounds"]["maximum"]) == ("own_views", MAX_VIEWS)
        for extra in ada.http.get("/api/class/views").json()["people"][0]["views"][1:]:
            stop(ada, extra["id"]).raise_for_status()

        # after a restart it is the same; without its first run there is no moment, and without runs no view
        ada.wait_for(first["id"], "completed")
        ada.wait_for(second["id"], "completed")
        lab.restart()
        assert views(bob) == [(1, [second["number"], first["number"]], 5)]
        assert bob.runs() == {first["id"], second["id"], his["id"]}
        ada.http.delete(f"/api/runs/{second['id']}").raise_for_status()
        assert views(bob) == [(1, [first["number"]], None)]

        # of those who were removed nothing is shared; the teacher ends it, and so does the class's end
        person = ada.id
        teacher.http.patch(f"/api/class/people/{person}", json={"removed": True}).raise_for_status()
        assert (views(bob), bob.runs()) == ([], {his["id"]})
        teacher.http.patch(f"/api/class/people/{person}", json={"removed": False}).raise_for_status()
        assert len(views(bob)) == 1
        stop(teacher, view["id"]).raise_for_status()
        assert (views(bob), bob.runs()) == ([], {his["id"]})
        share(ada, first).raise_for_status()
        teacher.http.post("/api/class/end").raise_for_status()
        assert views(projector) == []
        assert first["id"] not in projector.runs()
