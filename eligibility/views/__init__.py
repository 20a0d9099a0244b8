"""Views about eligibility: levels, promoted gigs, what counts, what the platform said, notices."""
