"""The table of contents: one file per piece of work, end to end."""
