"""What every service stands on: money, ids, time, errors, events, tables. It holds no word of any domain."""
