"""Tax as data: tables with dates and sources, and pure code that reads them. Nothing here knows a country."""
