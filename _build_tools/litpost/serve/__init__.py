"""The live preview: `litpost serve`.

`watcher` sees what changes, `upkeep` builds it, `board` holds what browsers are told, `server`
tells them; a page is a post that `kramdown` makes HTML of, with `liquid` and `abbreviations`, and
that `pages` puts into a template.
"""
