"""The way to machine code: each function is compiled once, for the types in its annotations, when it is imported.

Nothing is compiled at first use, so no rare path makes a pause. What comes out is kept on disk. Entries are called past
numba's dispatcher, which would look at the types of all arguments each time: callers keep to the annotations.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numba
from llvmlite.binding import get_host_cpu_name
from numba import njit, types
from numba.core import config
from numba.misc.appdirs import user_cache_dir

from workers.match.engine.kernel.state import EIGHTS, STATE, VIEWS

P = ParamSpec("P")
R = TypeVar("R")

_TYPES = {
    "int": types.int64,
    "bool": types.boolean,
    "None": types.none,
    "U64": types.uint64,
    "State": STATE,
    "Views": VIEWS,
    "Int32s": types.int32[::1],
    "Int64s": types.int64[::1],
    "Bytes": types.uint8[::1],
    "Uint64s": types.uint64[::1],
    "Eights": EIGHTS,
}


def _cache() -> str:
    """Where the machine code is kept: beside the sources, else with the user's other caches, else not for long.

    For these very sources: numba itself looks at the file of an entry only, not at the files of what it calls.
    """
    room = Path(__file__).parent
    digest = hashlib.sha256(f"{numba.__version__} {get_host_cpu_name()} {config.OPT}".encode())
    for source in sorted(room.glob("*.py")):
        digest.update(source.read_bytes())
    name = f"engine-{digest.hexdigest()[:16]}"
    wanted = [config.CACHE_DIR] if config.CACHE_DIR else [room / "__pycache__", user_cache_dir("wirewatch")]
    for folder in wanted:
        try:
            (Path(folder) / name).mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(Path(folder) / name, os.W_OK):  # numba reads none that it cannot write to
            return str(Path(folder) / name)
    return tempfile.mkdtemp(prefix="wirewatch-")


CACHE = _cache()
_COMPLETE = Path(CACHE) / "complete"
WARM = _COMPLETE.exists()
"""Is all of it compiled? Otherwise the import takes its time."""
if not WARM:
    logging.getLogger("wirewatch.match").warning("compiling the matching engine for this processor; once, some 20 s")


def _signature(function: Callable[..., Any]) -> Any:
    kinds = dict(function.__annotations__)
    answer = _TYPES[kinds.pop("return")]
    return answer(*(_TYPES[kind] for kind in kinds.values()))


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """A function that only compiled functions call; where these are read from the cache it is not needed itself."""
    dispatcher = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    if not WARM:
        dispatcher.compile(_signature(function))
        dispatcher.disable_compile()
    made: Callable[P, R] = dispatcher
    return made


def hot(function: Callable[P, R]) -> Callable[P, R]:
    """Like `inner`, put in place where it is called; it allocates nothing, so no users of arrays are counted."""
    dispatcher = njit(
        no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True, error_model="numpy", _nrt=False
    )(function)
    if not WARM:
        dispatcher.compile(_signature(function))
        dispatcher.disable_compile()
    made: Callable[P, R] = dispatcher
    return made


def entry(function: Callable[P, R]) -> Callable[P, R]:
    """A function that Python calls, with exactly the types of its annotations."""
    before, config.CACHE_DIR = config.CACHE_DIR, CACHE
    try:
        dispatcher = njit(_signature(function), cache=True)(function)
    finally:
        config.CACHE_DIR = before
    (overload,) = dispatcher.overloads.values()
    made: Callable[P, R] = overload.entry_point
    return made


def finished() -> None:
    """All entries are compiled and kept."""
    _COMPLETE.touch()
