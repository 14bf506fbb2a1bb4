"""The rules: one file each, under one small contract."""
