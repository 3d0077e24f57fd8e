"""The ways to change many interfaces."""
