"""The official sheets: what the departments and the city sign, as Excel workbooks and PDFs.

Everything in them is read from one published file (`reading.py`); `table.py` lays it out by the
customary form, `workbook.py` and `city_workbook.py` write it for Excel, `document.py` with
`templates/` as PDF, `writing.py` puts the files in place. Keep figures of one's own out: what is
not published is not on a sheet.
"""

from __future__ import annotations

from scorecard.sheets.words import Language
from scorecard.sheets.writing import write_sheets

__all__ = ["Language", "write_sheets"]
