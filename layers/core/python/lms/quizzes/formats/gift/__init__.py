"""GIFT, Moodle's format for questions as text.

Format: https://docs.moodle.org/en/GIFT_format

A missing word, an answer block with text after it, is a cloze question of one gap here: its place in the sentence
would otherwise be lost.
"""
