"""What must not be seen while a lesson is played: faults of the page that a student would stumble over."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.lab_page import LabPage

#: Notes the keys for which the page had no text and showed their last part instead. Texts that may be missing are asked
#: for elsewhere than in `t`.
_WATCH_KEYS = """() => {
    if (window.keysWithoutText) return;
    window.keysWithoutText = [];
    const hasOwn = Object.hasOwn;
    Object.hasOwn = (object, key) => {
        const has = hasOwn(object, key);
        if (!has && typeof key === 'string' && /^ *at t /.test(new Error().stack.split('\\n')[3] ?? ''))
            window.keysWithoutText.push(key);
        return has;
    };
}"""

#: Notes from now on the first picture in which the page scrolls sideways, with what reaches furthest out of it. Most
#: such pictures are gone at once, but a phone jumps with each.
_WATCH_WIDTH = """() => {
    if (window.tooWide) return;
    window.tooWide = [];
    const root = document.documentElement;
    const right = (e) => e.getBoundingClientRect().right;
    const look = () => {
        if (root.scrollWidth > root.clientWidth) {
            const shown = [...document.body.querySelectorAll('*')].filter(
                (e) => e.checkVisibility() && getComputedStyle(e).position !== 'fixed'
            );
            const [{ tagName, className }] = shown.sort((a, b) => right(b) - right(a));
            const widths = `${root.scrollWidth} of ${root.clientWidth} pixels`;
            window.tooWide.push(`the page scrolls sideways: ${widths}, to the end of ${tagName} ${className}`);
        } else requestAnimationFrame(look);
    };
    look();
}"""

#: Finds, in the player: parts that are wider than the column or cut off, and controls that are covered or outside the
#: window after one has scrolled to them. It leaves the page where it was.
_FAULTS = """() => {
    const faults = [];
    const column = document.querySelector('#lesson');
    const right = column.getBoundingClientRect().right;
    const name = (e) => {
        const said = (e.getAttribute('aria-label') || e.title || e.textContent || e.tagName).trim();
        return `${e.tagName.toLowerCase()} "${said.slice(0, 40)}"`;
    };
    const hides = (e) => e.closest('.hidden, [aria-hidden=true]') !== null;
    const isFixed = (e) => e !== column && (getComputedStyle(e).position === 'fixed' || isFixed(e.parentElement));
    for (const e of column.querySelectorAll('*')) {
        if (!e.checkVisibility() || hides(e) || e.closest('math') || isFixed(e)) continue;
        const { overflowX } = getComputedStyle(e);
        if (e.getBoundingClientRect().right > right + 1) faults.push(`${name(e)} is wider than the column`);
        else if (overflowX !== 'visible' && !e.matches('input, textarea') && e.scrollWidth > e.clientWidth + 1)
            faults.push(`${name(e)} is cut off`);
    }
    const [x, y] = [scrollX, scrollY];
    const controls = 'button, input, textarea, summary, a, [role=button]';
    for (const control of column.querySelectorAll(controls)) {
        if (!control.checkVisibility()) continue;
        const target = control.matches('input') ? control.closest('label') ?? control : control;
        target.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
        const [box] = target.getClientRects();
        const [atX, atY] = [box.left + box.width / 2, box.top + box.height / 2];
        if (box.left < -1 || box.right > innerWidth + 1 || atY < 0 || atY > innerHeight)
            faults.push(`${name(control)} is outside the window`);
        else {
            const hit = document.elementFromPoint(atX, atY);
            if (!target.contains(hit)) faults.push(`${name(control)} is covered by ${hit ? name(hit) : 'nothing'}`);
        }
    }
    scrollTo({ left: x, top: y, behavior: 'instant' });
    return faults;
}"""

#: Which of some texts the document has anywhere, also where they are not visible.
_TEXTS = """(texts) => {
    const labels = [...document.querySelectorAll('[title], [aria-label]')];
    const said = labels.map((e) => `${e.title} ${e.getAttribute('aria-label')}`).join(' ');
    const all = `${document.body.textContent} ${said}`.replace(/\\s+/g, ' ');
    return texts.filter((text) => all.includes(text));
}"""


#: The end of a fault that names a text which the page shows before its step.
SHOWN_EARLY = "is there before its step"


def watch(page: LabPage) -> None:
    """Note from now on which keys have no text, and whether the page scrolls sideways, until it is left."""
    page.page.evaluate(_WATCH_KEYS)
    page.page.evaluate(_WATCH_WIDTH)


def faults(page: LabPage, early: Sequence[str]) -> list[str]:
    """What is wrong on the page with an open lesson.

    Args:
        early: texts of later steps, which must not be anywhere in the document yet.
    """
    found: list[str] = page.page.evaluate(_FAULTS)
    found += [f"{text!r} {SHOWN_EARLY}" for text in page.page.evaluate(_TEXTS, list(early))]
    keys = page.page.evaluate("(window.keysWithoutText ?? []).splice(0)")
    found += page.page.evaluate("(window.tooWide ?? []).splice(0)")
    return found + [f"there is no text for {key!r}" for key in keys] + page.errors
