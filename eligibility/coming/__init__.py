"""Levels and promoted gigs on days to come: forecast, own pace, and what if."""
