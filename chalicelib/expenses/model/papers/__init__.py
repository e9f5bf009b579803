"""Papers: pictures and documents that people attach, known by their bytes and freed of what they tell besides."""
