"""THE KNOBS: settings, the topic catalogue, logging."""
