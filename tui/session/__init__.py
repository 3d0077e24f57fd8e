"""One operator's sitting, without a screen."""
