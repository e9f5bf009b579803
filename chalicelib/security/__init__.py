"""Keys, tokens, limits and password rules: what guards everybody else. It knows no person and no money."""
