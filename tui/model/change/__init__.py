"""A change from the wish to the outcome, and the way back."""
