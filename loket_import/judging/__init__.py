"""What a person may overrule: the evidence, and who gave their word."""
