"""Landing: delivered files become typed rows of `raw.<dataset>`, or quarantine rows with a reason.

`inbox` finds the files, a reader a format (`delimited`, `records`, `workbook`, `columnar`) hands
over a relation of the file's columns, `casts` turns the contract into SQL, and `load` does one file
in one transaction. Connectors that bring Arrow batches instead of files join at `load`.
"""
