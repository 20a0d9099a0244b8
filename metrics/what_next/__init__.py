"""The page "what next": two futures, the age-out calendar, plans, budgets, the simulator."""
