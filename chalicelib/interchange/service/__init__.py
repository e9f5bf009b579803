"""The use-cases of interchange: start and show, read what was uploaded, commit and follow."""
