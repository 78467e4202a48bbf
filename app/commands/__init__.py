"""What `lossroom` does from the command line: one file for each command.

`app/arguments.py` says which arguments they take, and `app/cli.py` calls them.
"""
