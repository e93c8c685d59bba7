"""A stand-in model server whose answers are RECORDED or SIMULATED, and marked so."""
