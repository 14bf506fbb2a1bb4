"""Files of comments in, rows of verdicts out, in bounded memory.

`formats` reads rows, `runner` judges them in chunks, `writer` stores what came out.
"""
