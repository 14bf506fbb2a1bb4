"""The stored model: save, verify, load."""
