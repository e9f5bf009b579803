"""What every handler shares: endpoint and worker decorators, problems, token check, relay."""
