"""What the numbers entitle to: levels and promoted gigs, rule by rule and day by day."""
