"""Text inside SQL where a statement takes no parameter: paths, comments, labels, JSON paths."""


def literal(text: str) -> str:
    """The text as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
