"""Highlighting: Python code as pieces of text, each with what it is, so that a page colours it without any markup."""

from __future__ import annotations

from itertools import groupby

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType

#: The kinds that a page distinguishes; the first that matches is used.
KINDS: dict[_TokenType, str] = {
    String: "string",
    Number: "number",
    Comment: "comment",
    Keyword: "keyword",
    Operator.Word: "keyword",
    Name.Function: "function",
    Name.Class: "function",
}


def highlight(code: str) -> list[tuple[str, str]]:
    """Pieces (kind, text) that together are the code; the kind is "" for what has no colour."""
    pieces = [(_kind(token), text) for token, text in PythonLexer(stripnl=False).get_tokens(code)]
    return [
        (kind, "".join(text for _, text in group)) for kind, group in groupby(pieces, lambda piece: piece[0])
    ]


def _kind(token: _TokenType) -> str:
    return next((kind for parent, kind in KINDS.items() if token in parent), "")
