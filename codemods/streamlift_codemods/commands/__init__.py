"""The commands, one a file: each adds itself to the parser, and loads the tool only when it runs."""
