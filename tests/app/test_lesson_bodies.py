"""The texts of lessons as HTML: with figures, formulas and links, and no markup of their own."""

import pytest

from app.lessons.body import BodyError, read_body
from app.lessons.library import Library
from app.lessons.mathml import FormulaError, mathml
from tests.app.two_rates import ENGLISH, JAPANESE, Figures, write


def test_a_text_is_html_with_the_figures_of_a_persons_runs(tmp_path):
    write(tmp_path, ENGLISH, JAPANESE)
    lesson = Library(tmp_path).shelf().lessons["two-rates"]
    english, japanese = (lesson.edition(language).body for language in ("en", "ja"))
    assert english.render("explain", Figures(ahead=True)) == (
        '<p>It is ahead, with <b class="figure" data-card="accuracy" data-run="id of large">92</b> %,'
        " and a &lt; b.</p>"
    )
    assert "ahead, with" not in english.render("explain", Figures())  # nothing is known of the claim
    denied = '<section class="denied" data-claim="ahead"><p>ahead &lt;i&gt;</p></section>'
    assert english.render("explain", Figures(ahead=False)) == denied
    assert "上で、<b" in japanese.render("explain", Figures(ahead=True))  # no space between lines of Japanese


def test_a_paragraph_about_the_room_waits_until_there_is_something_to_say_of_it():
    body = read_body(
        """# Explain
Yours: {{ test("a") }}, the room's: {{ room(test("a")) }}.

All in the room: {{ room(test("a")) | .0f }} %.

No figures.
""",
        runs=["a"],
    )
    assert "All in the room" in body.render("explain", Figures())

    class Alone(Figures):
        def figure(self, figure):
            return None if figure.room else super().figure(figure)

    assert body.render("explain", Alone()) == (
        '<p>Yours: <b class="figure" data-card="accuracy" data-run="id of a">91.6</b>, '
        'the room\'s: <b class="figure">–</b>.</p>\n<p>No figures.</p>'
    )


def test_markup_in_a_text_stays_text_and_links_open_cards():
    body = read_body(
        """# See
<script>alert(1)</script> <b>x</b> [map](card:view.gradients?run=a%20b&at=50) [web](https://example.org/?a=1&b=2)

| a | $x$ |
|---|---|
| 1 | 2 |

---
Why: {{ test("a b") - 100 | +.1f }}

::: otherwise c
It was not so.
:::
""",
        runs=["a b"],
    )
    html = body.render("see", Figures())
    assert "<script" not in html
    assert "<b>" not in html
    assert '<a data-card="view.gradients" data-run="id of a b" data-moment="50">map</a>' in html
    assert 'href="https://example.org/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer"' in html
    assert "<th><math" in html
    assert "Why" not in html
    answer = body.render("see", Figures(c=False), answer=True)
    assert ">+91.6</b>" in answer
    assert '<section class="denied" data-claim="c"><p>It was not so.</p>' in answer


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;script&gt;}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{color:red}{x}",
        r"\class{x}{y}",
        "a < b > c",
        r"\text{\"><img onerror=x>}",
    ],
)
def test_a_formula_is_mathml_and_nothing_else(latex):
    try:
        html = mathml(latex)
    except FormulaError:
        return
    tags = {part.partition(">")[0].partition(" ")[0].lstrip("/") for part in html.split("<")[1:]}
    assert tags <= {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace"}
    assert not any(word in html for word in ("href", "style=", "class=", "<script", "<img"))


@pytest.mark.parametrize(
    "latex", [r"\newcommand{\a}{\b}\a", r"\unheard", "{" * 300, r"\sqrt{" * 70 + "}" * 70, "", "x" * 501]
)
def test_what_is_no_formula_is_refused(latex):
    with pytest.raises(FormulaError):
        mathml(latex)


def test_a_body_is_refused_with_its_line():
    with pytest.raises(BodyError) as refused:
        read_body("# See\n\nx\ny $\\unheard$\n")
    assert refused.value.line == 4
    with pytest.raises(BodyError, match="no run 'a'; there are none"):
        read_body("# See\n\n[x](card:loss?run=a)\n")
