"""Reviewed word lists: one file per class of words, each header says what is left out."""
