"""Pictures of eligibility: pure functions from spans of days to numbers for SVG."""
