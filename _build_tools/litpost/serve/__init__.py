"""The live preview: `litpost serve`.

`watcher` sees what changes, `rebuilding` builds it, `board` holds what browsers are told, `server`
tells them; a page is a post that `kramdown` makes HTML of and `pages` puts into a template.
"""
