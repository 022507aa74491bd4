"""Kills servers in the middle of work and compares what callers were told with what the database says."""
