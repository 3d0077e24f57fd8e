"""What is shown of the interfaces, and in which order: filter, marks, columns' keys."""
