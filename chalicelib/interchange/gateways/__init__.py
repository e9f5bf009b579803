"""Third parties of interchange: one file each."""
