"""Quality: what the data is measured by, what was found, and how it is told.

`profile` keeps counts of every dataset, `frame` lays them out to be judged, `verdict` keeps what
the judgement said. What is expected stands in the package `expectations`, which alone knows Great
Expectations.
"""
