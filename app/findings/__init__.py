"""What is found of the runs of this lab, and how often a remedy helped in it."""
