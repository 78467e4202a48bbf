"""Own data: files that people bring are read here, and become data sets of the engine.

`reading.preview` says what a file holds, `reading.decode` makes a data set of it; `process.read` does either in a
process of its own, with bounds. Nothing here knows the web.
"""
