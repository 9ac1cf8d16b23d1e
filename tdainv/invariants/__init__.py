"""From a filtration to an invariant."""
