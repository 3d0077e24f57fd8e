"""The timing panel."""
