"""A teacher writes a lesson while the lab runs: it appears, is previewed, and loads again with each save."""

from app.cli import main


def test_a_lesson_that_is_dropped_into_the_folder_appears_and_its_preview_follows_the_file(
    open_page, make_lab, tmp_path
):
    folder = tmp_path / "own"
    folder.mkdir()
    lab = make_lab(LOSSROOM_LESSONS_DIR=str(folder))

    def titles():
        return {
            lesson["slug"]: lesson["title"]["en"] for lesson in lab.http.get("/api/lessons").json()["lessons"]
        }

    before = titles()
    assert lab.http.get("/preview?lesson=two-rates").status_code == 404

    main(["lessons", "new", "two-rates", "--folder", str(folder)])
    page = open_page(lab, opened=False).page
    page.goto(f"{lab.url}/preview?lang=en")
    page.wait_for_selector("text=Two learning rates")
    assert titles() == {**before, "two-rates": "Two learning rates"}

    page.click("text=Two learning rates")
    assert page.inner_text(".asked >> nth=0").startswith("After 300 iterations")
    assert page.locator("math").count() == 2
    assert page.inner_text(".figure >> nth=0") == 'test("large rate")'

    file = folder / "two-rates.en.md"
    text = file.read_text("utf-8")
    file.write_text(text.replace('takes_off("large rate"', 'takes_off("largest rate"'), "utf-8")
    page.wait_for_selector(".problems")
    said = "there is no run 'largest rate'; there are 'small rate', 'large rate'"
    assert page.inner_text(".problems li") == f"two-rates.en.md:29 see.value: {said}"
    assert titles()["two-rates"] == "Two learning rates"  # as it was last right
    assert lab.http.get("/api/lesson-files").json()["problems"] == [
        {"file": "two-rates.en.md", "line": 29, "reason": f"see.value: {said}"}
    ]

    file.write_text(text.replace("Two learning rates", "Two rates"), "utf-8")
    (folder / "mine.course.yaml").write_text(
        "title: {en: Mine, ja: 私の}\nlessons: [3b-l2, two-rates]\n", "utf-8"
    )
    page.wait_for_selector("text=Two rates")
    page.wait_for_selector(".problems", state="detached")
    lessons = lab.http.get("/api/lessons").json()["lessons"]
    assert [lesson["slug"] for lesson in lessons[:2]] == ["3b-l2", "two-rates"]
    assert [lesson["course"] for lesson in lessons[:2]] == [{"en": "Mine", "ja": "私の"}] * 2
    assert [lesson.get("own_course", False) for lesson in lessons[:3]] == [True, True, False]
    page.goto(f"{lab.url}/preview?lesson=two-rates&lang=ja")
    assert page.inner_text("h1") == "X 二つの学習率"

    page.goto(f"{lab.url}/?lang=en")
    buttons = page.locator("button.lesson")
    buttons.first.wait_for()
    assert [button.get_attribute("data-lesson") for button in buttons.all()] == ["3b-l2", "two-rates"]
