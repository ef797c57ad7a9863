"""The library behind the scorecard: contracts, rulebooks, landing, scoring, publishing, explaining."""
