"""What is said of an installation in which a library is missing."""


class InstallationWarning(RuntimeWarning):
    """A library is missing, so that another does its work, slower; on the terminal a note."""
