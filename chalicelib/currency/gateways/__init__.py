"""Sources of rates and of names: what others publish, read over the network or from a bundled file."""
