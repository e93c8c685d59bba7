"""How fast an arm may be called: limits, concurrency, retries, and time itself."""
