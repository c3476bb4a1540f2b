"""The process in which a source's cells run.

The driver starts it with ``python -m litpost.session`` and talks to it in lines of JSON over two
pipes; see `litpost.session.__main__` for the requests. Nothing of it is imported by the driver.
"""
