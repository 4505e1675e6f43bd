"""Answers about policies as text: a package for each question, in it a module for each format.

To add a format: a module in the package, a line in its FORMATS.
"""
