"""How good an answer is: `registry` is the shelf, `base` what a scorer is, `stage` runs them."""
