"""The one error that a user can act on."""


class KubewitnessError(Exception):
    """Something the user can mend: *what - where - what to do*, in one line.

    The command line prints it without a traceback and exits with 2. Any other exception is a bug of ours.
    """
