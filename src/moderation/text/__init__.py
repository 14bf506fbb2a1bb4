"""Characters to features: letters, tokens, disguises, n-grams, the token table."""
