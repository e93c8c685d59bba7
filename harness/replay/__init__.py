"""Stage 1: plays recorded requests to both arms and writes every observation to the journal."""
