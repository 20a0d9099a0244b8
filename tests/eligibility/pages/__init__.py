"""Tests of the pages about eligibility."""
