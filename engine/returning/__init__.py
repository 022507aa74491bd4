"""Partial returns: what was paid for every unit (`purchase`), what the rest would get (`rest`), the quote."""
