"""Programs that build and check xPense: nothing in here is deployed."""
