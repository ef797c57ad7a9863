"""What is expected of every dataset and every score, and the judging by Great Expectations.

`check` says what a check is, `sources` derives those of a dataset from its contract, `scores` has
those of the published scores and `moves` what is held against the version before; `judge` runs
them, `docs` shows them, and `gate` does a night's judging. Great Expectations is imported inside
functions of `judge` and `docs` only: that costs seconds.
"""
