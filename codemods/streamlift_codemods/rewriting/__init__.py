"""The new text: expressions, imports and spans of the old text."""
