"""The real servers that tests run against, and the independent witness. Everything listens on 127.0.0.1 only."""
