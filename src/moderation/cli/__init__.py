"""The ``moderation`` command, a file for each subcommand."""
