"""The chat service with its layers separated: data inside, protocol text at the HTTP edge."""
