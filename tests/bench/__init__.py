"""Speed as ratios within one run: `make bench`, `make bench ARGS=--write` puts the table into the README."""
