"""Conditions as rows to click together: what the page needs to draw a rule, and how it is read back."""
