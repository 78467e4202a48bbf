"""Which moments of a training are kept."""

from hypothesis import given
from hypothesis import strategies as st

from engine.spacing import Spacing


@given(st.integers(1, 3000), st.integers(1, 50), st.integers(0, 2000))
def test_kept_moments_are_as_close_as_their_bound_allows_and_never_over_it(iterations, size, most_bytes):
    spacing = Spacing(iterations, most_bytes)
    first = spacing.every
    kept = set()
    iteration = spacing.after(0)
    while iteration <= iterations:
        kept.add(iteration)
        kept -= set(spacing.add(iteration, size))
        assert len(kept) * size <= most_bytes
        iteration = spacing.after(iteration)
    assert kept == set(range(spacing.every, iterations + 1, spacing.every))
    if spacing.every > first:  # one step closer were too many bytes
        assert (iterations // (spacing.every // 2)) * size > most_bytes


@given(st.integers(1, 5), st.data())
def test_where_some_are_left_out_the_others_stay_unless_they_are_too_near_to_each_other(most, data):
    spacing = Spacing(4900, most_bytes=most)
    kept: list[int] = []
    iteration = spacing.after(0)
    while iteration <= 4900:
        if data.draw(st.booleans(), label=str(iteration)):
            kept.append(iteration)
            gone = spacing.add(iteration, 1)
            kept = [kept_iteration for kept_iteration in kept if kept_iteration not in gone]
            assert 0 < len(kept) <= most
            gaps = [after - before for before, after in zip([0, *kept], kept, strict=False)]
            assert min(gaps) >= spacing.every
        iteration = spacing.after(iteration)
