"""What the pages of an import show: frozen answers, filled from batches, ready for templates."""
