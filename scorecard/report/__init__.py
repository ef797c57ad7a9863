"""The report site: plain pages of one published file, which open offline from a folder.

`site.py` writes it, `reading/` alone knows SQL, `pages/` says what each page shows, `charts.py`
what is drawn, `words.py` every label in Chinese and English. What a page looks like stands in
`templates/` and `assets/`. Nothing is read but the published file, and no score is worked out here.
"""
