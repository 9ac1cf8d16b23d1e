"""Warnings and errors of tdainv."""


class TdainvWarning(UserWarning):
    """Something the user should know about a result that is still right."""


class MemoryLimitError(MemoryError):
    """The estimate of what a computation needs exceeds the memory that is available."""
