"""What comes from third parties: the list of common passwords."""
