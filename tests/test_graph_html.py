"""The interactive page of an attributed graph, opened in a real browser where there is one."""

import re
import shutil
import subprocess

import numpy as np
import pytest

import tdainv
from tdainv.plots import write_graph_html

pytest.importorskip("plotly")
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    circle = tdainv.datasets.make_circle(60, random_state=0)
    reeb = tdainv.ReebGraph(filter="coordinate", n_bins=4, decorations=("local", "global", "two_parameter"))
    path = tmp_path_factory.mktemp("page") / "circle.html"
    write_graph_html(reeb.fit_transform([circle])[0], path, title="A </script> & circle")
    return path


def test_the_page_needs_no_other_file(page):
    text = page.read_text()
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", text)
    assert "A </script>" not in text


@pytest.mark.skipif(BROWSER is None, reason="there is no chromium")
@pytest.mark.parametrize(("address", "node"), [("", 0), ("#4", 4)], ids=["first", "fourth"])
def test_a_browser_draws_the_graph_and_the_bars_of_the_node_in_the_address(page, address, node, tmp_path):
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--virtual-time-budget=15000"]
    own = [f"--user-data-dir={tmp_path}", "--enable-logging=stderr", "--dump-dom", f"{page.as_uri()}{address}"]
    run = subprocess.run([BROWSER, *flags, *own], capture_output=True, text=True, timeout=120)
    assert f'data-node="{node}"' in run.stdout
    assert f": node {node}" in run.stdout
    assert run.stdout.count('class="point plotly-customdata"') == 6  # the nodes, drawn
    assert "Uncaught" not in run.stderr


def test_graphs_without_positions_or_decorations_are_drawn_too(tmp_path):
    write_graph_html(tdainv.AttributedGraph(3, [[0, 1]]), tmp_path / "plain.html")
    infinite = tdainv.Barcode(np.zeros(1), np.array([np.inf]), degree=1)
    graph = tdainv.AttributedGraph(1, []).with_decorations(local=[infinite])
    write_graph_html(graph, tmp_path / "one.html")
    assert (tmp_path / "plain.html").stat().st_size > 1_000_000
    assert '"x":[0.0,1.0,null]' in (tmp_path / "one.html").read_text().replace(" ", "")


def test_other_objects_are_refused(tmp_path):
    with pytest.raises(TypeError, match="graph must be an AttributedGraph, got list"):
        write_graph_html([], tmp_path / "no.html")
