"""What comes next and what would change it: forecasts, calendar, simulator, plans."""
