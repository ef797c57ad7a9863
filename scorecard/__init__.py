"""The library: contracts, rulebooks, landing, scoring, publishing, explaining."""
