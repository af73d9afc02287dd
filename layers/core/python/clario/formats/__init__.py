"""How things are kept, wherever they are kept: what the adapters of a folder and of AWS share."""
