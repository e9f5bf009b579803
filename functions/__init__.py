"""The edge: it knows HTTP, queues and streams, and decides nothing."""
