"""Filters of segments and collections as rows of words: what is asked, how, and with which value."""
