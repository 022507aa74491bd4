"""Wiring only. Imports nothing, so that starting the servers needs neither Django nor Celery."""
