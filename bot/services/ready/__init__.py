"""Ready for what comes: what is missing in the rota, whether people can be reached, and swaps."""
