"""What the why page says, from an explanation and the question about it. Pure assembly."""
