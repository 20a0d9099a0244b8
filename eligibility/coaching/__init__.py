"""Who needs a coach today: what sellers are about to lose, and how a coach keeps order."""
