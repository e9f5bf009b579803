"""The heart of xPense: it knows money, people and rules, and has never heard of Chalice."""
