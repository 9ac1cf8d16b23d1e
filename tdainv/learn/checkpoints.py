"""State of a training in a file, from which it goes on after an interruption."""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

_VERSION = 1


def fingerprint(parts: Iterable[Any]) -> str:
    """A hash of arrays, tensors and anything with a stable ``repr``: which training a checkpoint belongs to."""
    digest = hashlib.sha256(str(_VERSION).encode())
    for part in parts:
        array = part.detach().cpu().numpy() if isinstance(part, Tensor) else part
        if hasattr(array, "tobytes"):
            digest.update(f"{array.dtype}{array.shape}".encode())
            digest.update(array.tobytes())
        else:
            digest.update(repr(array).encode())
        digest.update(b"\0")
    return digest.hexdigest()


class Checkpoint:
    """The file of one training: read once at the start, written every few epochs, never seen half written.

    Parameters
    ----------
    path : str or Path or None
        None: nothing is read or written.
    identity : str
        Of the training, from :func:`fingerprint`.
    every : int
        Epochs between two writings.
    """

    def __init__(self, path: str | os.PathLike[str] | None, identity: str, every: int) -> None:
        self.path = None if path is None else Path(path)
        self.identity = identity
        self.every = every

    def load(self) -> dict[str, Any] | None:
        """The state in the file; None if there is no file.

        Raises ValueError for a file that is no checkpoint, or that belongs to another training.
        """
        if self.path is None or not self.path.exists():
            return None
        try:
            state = torch.load(self.path, map_location="cpu", weights_only=True)
            identity = state["identity"]
        except (RuntimeError, EOFError, KeyError, TypeError, ValueError, pickle.UnpicklingError) as error:
            raise ValueError(
                f"checkpoint must be a file written by this class, or not exist, got checkpoint={str(self.path)!r}, "
                f"which cannot be read ({type(error).__name__}). Remove it or name another one."
            ) from error
        if identity != self.identity:
            raise ValueError(
                f"checkpoint={str(self.path)!r} belongs to a training with other data or other parameters. Remove it "
                "or name another one."
            )
        return state

    def due(self, epoch: int) -> bool:
        """Whether the state is to be written after so many epochs."""
        return self.path is not None and epoch % self.every == 0

    def save(self, state: dict[str, Any]) -> None:
        """Write the state to a file beside, then put that in place, in one step."""
        if self.path is None:
            return
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                torch.save(state | {"identity": self.identity}, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
