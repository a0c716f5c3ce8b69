"""What it costs: measurements on a real broker and store, with rivals in the same run."""
