"""Figures, each beside its floor in one run: `make bench` prints them all. Nothing here is a timed test."""
