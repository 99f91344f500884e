"""Stub."""
def shoot_photos(arguments, goods): pass
