"""The rota: proposed, edited, published, and given out."""
