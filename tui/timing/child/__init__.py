"""What runs in the measuring process."""
