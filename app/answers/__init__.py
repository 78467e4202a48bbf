"""The shapes of the answers, as `/docs` shows them, as handlers return them and as events carry them: one file for each
noun. Those of lessons and of findings are in their own rooms.

What a handler answers is not changed by them: a key that is not named here stays in the answer (a test finds it),
and whole numbers stay whole.
"""
