"""What `lossroom` does from the command line, a command a file; app/cli.py reads its arguments."""
