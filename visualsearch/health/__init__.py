"""What supervisors ask: is this process alive, can it answer shoppers, and how is it doing?"""
