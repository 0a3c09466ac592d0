"""QTI 1.2 as Canvas exports and imports it: a package of assessments and item banks, or one of their XML files.

Formats: https://www.imsglobal.org/question/ (QTI 1.2), and Canvas's own names of types and fields in the items'
metadata. Canvas takes HTML where questions here are Markdown: what is written carries its Markdown beside the HTML,
and reading takes it as long as it still gives that HTML.
"""
