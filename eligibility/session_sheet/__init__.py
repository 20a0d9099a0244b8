"""What two people need who talk about a seller: what changed, what was promised, what comes."""
