"""From invariants to rows of numbers: one estimator a file."""
