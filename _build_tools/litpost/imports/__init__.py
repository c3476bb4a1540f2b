"""Notebooks, Quarto and R Markdown documents, scripts and old posts, as sources."""
