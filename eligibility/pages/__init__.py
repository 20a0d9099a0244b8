"""What the pages about eligibility show: words and numbers, ready for the templates."""
