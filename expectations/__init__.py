"""What is expected of every dataset and every score, and the judging by Great Expectations.

`check` says what a check is, `sources` derives those of a dataset from its contract, `scores` has
those of the published scores, `judge` runs them. Only `judge` and what it imports may import Great
Expectations, and only inside its functions: that costs seconds.
"""
