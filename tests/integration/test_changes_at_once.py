"""Several people change one run at the same time."""

from concurrent.futures import ThreadPoolExecutor


def test_of_two_changes_made_from_the_same_text_at_once_one_is_refused_and_no_text_is_lost(lab):
    run = lab.launch()
    url = f"/api/runs/{run['id']}"
    texts = [f"note {i}" for i in range(8)]

    def write(text):
        return lab.http.patch(url, json={"notes": text, "was": {"notes": ""}})

    with ThreadPoolExecutor(len(texts)) as people:
        answers = list(people.map(write, texts))

    taken = [text for text, answer in zip(texts, answers, strict=True) if answer.status_code == 200]
    assert len(taken) == 1
    stored = lab.run(run["id"])["notes"]
    assert stored == taken[0]
    for answer in answers:
        if answer.status_code != 200:
            error = answer.json()["error"]
            assert (answer.status_code, error["code"], error["field"]) == (409, "changed_meanwhile", "notes")
            assert error["bounds"] == {"now": stored}
    # a request without the earlier text is accepted, as in earlier versions
    assert lab.http.patch(url, json={"notes": "by a program"}).json()["notes"] == "by a program"


def test_tags_that_several_people_add_at_once_are_all_there(lab):
    run = lab.launch()
    url = f"/api/runs/{run['id']}"
    lab.http.patch(url, json={"tags": ["old", "kept"]}).raise_for_status()
    changes = [{"add_tags": [f"tag {i}"]} for i in range(8)] + [{"remove_tags": ["ｏｌｄ"]}]
    with ThreadPoolExecutor(len(changes)) as people:
        for answer in people.map(lambda change: lab.http.patch(url, json=change), changes):
            answer.raise_for_status()
    assert set(lab.run(run["id"])["tags"]) == {"kept", *(f"tag {i}" for i in range(8))}
    lab.restart()
    assert len(lab.run(run["id"])["tags"]) == 9
