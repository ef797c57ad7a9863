"""Text as a workbook of Excel can hold it."""

import re

CELL_LIMIT = 32_767
"""What a cell holds, in characters; XlsxWriter takes no longer one, and says nothing."""
_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def workbook_text(text: str) -> str:
    """The text, cut where it is too long, without what would make the file unreadable.

    XlsxWriter takes what stands between <r> and </r> for markup of its own, unescaped, and XML has
    no place for some code points.
    """
    text = _NO_XML.sub("\ufffd", text)
    if len(text) > CELL_LIMIT:
        text = f"{text[: CELL_LIMIT - 1]}…"
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text
