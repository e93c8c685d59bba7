"""The four stages wired together; no logic of its own.

`shadow` prepares and runs the whole job, `stages` runs one stage on a run directory, `arms` turns settings
into callable models with prices, `group` finds the unfinished run to continue, `preview` estimates before
spending, `listing` tells what there is.
"""
