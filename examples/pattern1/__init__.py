"""The chat service as a team writes it at first: the service itself makes the protocol text."""
