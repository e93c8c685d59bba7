"""Statistics of shares, paired differences, means and times; every number comes with its interval."""
