"""What each kind of page shows: from a reading to what its template gets."""
