"""What `lossroom` does from the command line: one file for each command. app/cli.py reads the arguments."""
