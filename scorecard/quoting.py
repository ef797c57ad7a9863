"""Text inside SQL where a statement takes no parameter: paths, comments, labels, JSON paths."""

from collections.abc import Sequence

_IDENTITY = r"\d{6}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
"""What a resident's identity number looks like, see GB 11643."""


def literal(text: str) -> str:
    """The text as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted_names(columns: Sequence[str]) -> str:
    """SQL of columns, one after the other."""
    return ", ".join(f'"{column}"' for column in columns)


def told(columns: Sequence[str]) -> str:
    """SQL of columns as "name=value, ...", to be told to people.

    Identity numbers, which a provider may use as keys, go masked.
    """
    values = ", ".join(f"""'{name}=' || "{name}\"""" for name in columns)
    return f"regexp_replace(concat_ws(', ', {values}), '{_IDENTITY}', '***', 'g')"
