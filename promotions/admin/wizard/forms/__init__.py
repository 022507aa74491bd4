"""One ordinary form for each step. What it is told becomes plain answers."""
