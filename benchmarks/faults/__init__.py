"""What becomes of searches and saves when a part of the shop is killed or cut off while it is used."""
