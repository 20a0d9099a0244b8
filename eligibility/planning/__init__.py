"""The fewest orders to a level or a promoted gig, what can go wrong, and what is at stake."""
