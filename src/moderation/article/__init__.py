"""Reading a news item from what a newsroom has: a copied page, HTML, JSON."""
