"""Promises with a day: made by seller or coach, decided by a person, with the facts beside."""
