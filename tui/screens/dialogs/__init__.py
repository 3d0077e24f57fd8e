"""What asks or tells one thing, over a screen."""
