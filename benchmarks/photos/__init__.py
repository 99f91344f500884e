"""Photos with known answers, made from pictures of things."""
