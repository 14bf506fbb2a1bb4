"""Corpora, fitting, calibration, evaluation; nothing here is needed to classify."""
