"""Sphinx configuration."""

import tdainv

project = "tdainv"
copyright = "2026, the tdainv developers"
author = "The tdainv developers"
release = tdainv.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
    "sphinx_copybutton",
    "myst_parser",
]
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
exclude_patterns = ["_build", "accuracy_table.md", "learned_table.md"]
html_theme = "pydata_sphinx_theme"
html_title = "tdainv"
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": False}
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"plot_\d\d_",
    "reset_argv": lambda *_: [],
    "show_memory": False,
    "abort_on_example_error": True,
}
suppress_warnings = ["config.cache"]


def escape_bars(app, what, name, obj, options, lines):
    """Absolute values in docstrings are no substitutions of reStructuredText."""
    for i, line in enumerate(lines):
        if "``" not in line and not line.lstrip().startswith((">>>", "...")):
            lines[i] = line.replace("|", r"\|")


def setup(app):
    app.connect("autodoc-process-docstring", escape_bars, priority=900)  # after numpydoc
