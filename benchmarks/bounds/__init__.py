"""How well the bounds of the catalogue doctor and of unmet searches tell apart what they are to tell apart."""
