"""Moodle's XML format for question banks, as Moodle 2 to 5 export it.

Format: https://docs.moodle.org/en/Moodle_XML_format
"""
