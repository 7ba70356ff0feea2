"""Whether the new expression does what the old one did."""
