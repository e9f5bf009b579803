"""How each kind of object is put back to what it was before a change."""
