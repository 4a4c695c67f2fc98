"""Does each mechanism matter, and in the direction that was written down before it was measured?"""
