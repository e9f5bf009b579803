"""Pure decisions of the currency service: rates, crosses, rounding, lots of held currency, tax."""
