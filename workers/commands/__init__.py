"""THE COMMANDS: what stands between a terminal and the rooms. They read the settings and wire; they decide nothing."""
