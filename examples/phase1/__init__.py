"""The chat service in phase 1: both forms of each site side by side, and a flag says which is served."""
