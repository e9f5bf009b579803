"""The durable half of the local cloud: queues, topic, mailbox and objects in one SQLite file."""
