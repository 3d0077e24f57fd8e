"""Results: collected, set beside the paper's, written out, kept."""
