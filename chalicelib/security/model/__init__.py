"""Pure decisions of the security service: claims, limits, password rules, a bounded cache."""
