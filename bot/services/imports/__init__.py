"""Staff, youths and the rota from CSV files: read, check everything, then write all or nothing."""
