# Runs the command line of the package model_signing once for each list of arguments, in one process, and tells the exit
# codes. Only the package's own code judges.
import json, sys
import click
from model_signing._cli import main

codes = []
for arguments in json.load(sys.stdin):
    try:
        main(arguments, standalone_mode=False)
        codes.append(0)
    except SystemExit as stop:
        codes.append(stop.code or 0)
    except (click.ClickException, Exception) as error:
        codes.append(1)
        print(f"{arguments}: {error}", file=sys.stderr)
json.dump(codes, open(sys.argv[1], "w"))
