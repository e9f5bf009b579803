"""What the users service asks of third parties, a file each."""
