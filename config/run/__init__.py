"""`make run`: servers, database, demo story, web, worker and beat with one command."""
