"""Importing the package is light, and its names are what they say."""

import inspect
import subprocess
import sys

import pytest

import tdainv

HEAVY = ("torch", "matplotlib", "pandas", "sklearn", "trimesh", "scipy", "numba", "joblib")


def run_python(code):
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


def test_import_loads_no_heavy_package():
    loaded = run_python("import sys, tdainv; print(*{name.split('.')[0] for name in sys.modules})")
    assert "tdainv" in loaded
    assert not set(HEAVY) & set(loaded)


def test_barcodes_need_neither_scikit_learn_nor_plots():
    code = (
        "import sys, tdainv; tdainv.barcodes(tdainv.rips([[0.0], [1.0], [3.0]]), (0, 1));"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    loaded = run_python(code)
    assert "numba" in loaded
    assert not {"torch", "matplotlib", "pandas", "sklearn", "trimesh"} & set(loaded)


def test_a_star_import_gives_all_names():
    names = run_python("from tdainv import *; print(*dir())")
    assert set(tdainv.__all__) - {"__version__"} <= set(names)


def test_dir_lists_all_names_before_and_after_use():
    before = run_python("import tdainv; print(*dir(tdainv))")
    after = run_python("import tdainv; tdainv.rips, tdainv.datasets; print(*dir(tdainv))")
    assert set(tdainv.__all__) <= set(before) <= set(after)
    assert len(before) == len(set(before))
    assert before == sorted(before)


@pytest.mark.parametrize("name", [name for name in tdainv.__all__ if name != "__version__"])
def test_every_public_name_resolves_and_is_documented(name):
    value = getattr(tdainv, name)
    assert inspect.getdoc(value)
    assert value.__doc__ != (value.__mro__[1].__doc__ if inspect.isclass(value) else None)
    if not inspect.ismodule(value):
        assert value.__name__ == name
        assert value.__module__.startswith("tdainv.")


@pytest.mark.parametrize("name", [name for name in tdainv.__all__ if inspect.isfunction(getattr(tdainv, name))])
def test_every_public_function_documents_and_types_its_parameters(name):
    function = getattr(tdainv, name)
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    for parameter in signature.parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty
        if not function.__doc__.startswith("Return :func:"):  # the documentation is there
            assert parameter.name in function.__doc__.split("Returns")[0]


def test_names_are_listed_once():
    assert len(tdainv.__all__) == len(set(tdainv.__all__))


def test_a_name_that_is_not_there_says_so():
    with pytest.raises(AttributeError, match="module 'tdainv' has no attribute 'no_such_name'"):
        _ = tdainv.no_such_name
    assert not hasattr(tdainv, "Ripz")


def test_the_version_is_the_installed_one():
    from importlib.metadata import version

    assert tdainv.__version__ == version("tdainv")
