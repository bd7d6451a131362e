"""The HTML report in a real browser, where there is one: layout, policy, search, themes, keyboard."""

import json

import pytest

from arazzo_runner.cli import main as command_line
from browser.chromium import BrowserGoneError, Page, find

pytestmark = pytest.mark.skipif(find() is None, reason="there is no Chromium here")

HOSTILE = "</script><script>document.title = 'owned'</script><img src=x onerror=alert(1)>"
API = """
openapi: 3.1.0
info: {title: Things, version: '1'}
servers: [{url: 'http://127.0.0.1:1'}]
paths:
  /things/with/a/path/that/is/rather/long/for/a/telephone:
    get:
      operationId: listThings
      responses: {'200': {description: ok, content: {application/json: {schema: {const: HOSTILE}}}}}
""".replace("HOSTILE", json.dumps(HOSTILE))
DOCUMENT = """
arazzo: 1.0.1
info: {title: Things, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- workflowId: many
  outputs: {hostile: $steps.step-1.outputs.hostile, long: $inputs.long}
  inputs: {type: object, properties: {long: {type: string}}}
  steps:
STEPS
- workflowId: broken
  steps:
  - stepId: fails-in-the-end-of-a-very-long-name-without-any-place-where-it-could-be-broken
    operationId: listThings
    successCriteria:
    - {context: $response.body, condition: '^nothing of this kind stands in the answer at all$', type: regex}
"""
STEP = "  - {stepId: step-NUMBER, operationId: listThings, outputs: {hostile: $response.body}}"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    steps = "\n".join(STEP.replace("NUMBER", str(number)) for number in range(1, 41))
    (folder / "api.yaml").write_text(API)
    (folder / "workflow.yaml").write_text(DOCUMENT.replace("STEPS", steps))
    words = ["-i", f"long={'x' * 500}", "--report", f"html={folder / 'report.html'}", "-q"]
    assert command_line.main(["run", str(folder / "workflow.yaml"), "--mock", *words]) == 1
    return folder / "report.html"


@pytest.fixture(scope="module")
def browser():
    try:
        page = Page(str(find())).__enter__()
    except BrowserGoneError:
        pytest.skip("the browser does not start here")
    yield page
    page.__exit__(None, None, None)


@pytest.fixture
def page(browser):
    browser.complaints.clear()
    yield browser
    assert browser.complaints == []


def fits(page):
    return page.run("document.documentElement.scrollWidth <= innerWidth")


def shown(page):
    return page.run("document.getElementById('shown').textContent")


def search(page, words):
    page.run("document.getElementById('search').value = ''")
    page.run("document.getElementById('search').focus()")
    page.type(words)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_fits_the_width_folded_and_open(page, report, width, scheme):
    page.show(report, width, scheme)
    assert fits(page)
    page.run("for (const one of document.querySelectorAll('details')) one.open = true")
    assert fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_on_its_ground(page, report, scheme):
    page.show(report, 1280, scheme)
    page.run("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.run(CONTRAST) == []


# WCAG 2.1, success criterion 1.4.3: 4.5 to 1. Grounds that are transparent are looked through.
CONTRAST = """(() => {
  const channel = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const color = numbers(getComputedStyle(one).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  for (const one of document.querySelectorAll("body *:not(svg, svg *, option, script)")) {
    if (![...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const pair = [light(numbers(getComputedStyle(one).color)), light(ground(one))].sort();
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) found.add(`${one.tagName} ${one.className} ${ratio.toFixed(1)}`);
  }
  return [...found];
})()"""


def test_nothing_from_the_answers_runs(page, report):
    page.show(report, 1280)
    assert page.run("document.title") != "owned"
    assert page.run("document.images.length + document.scripts.length") == 1
    assert HOSTILE in page.run("document.body.textContent")


def test_the_policy_holds(browser, report):
    browser.complaints.clear()
    browser.show(report, 1280)
    browser.run("document.body.append(Object.assign(new Image(), {src: 'data:,'}))")
    browser.run("document.body.setAttribute('style', 'color: red')")
    text = "document.title = 'owned'"
    browser.run(
        f"document.body.append(Object.assign(document.createElement('script'), {{text: `{text}`}}))"
    )
    assert browser.run("document.title") != "owned"
    assert len(browser.complaints) >= 2
    assert all("Content Security Policy" in one for one in browser.complaints)


@pytest.mark.parametrize(
    ("words", "status", "count"),
    [
        ("", "", "41 of 41 steps"),
        ("step-7", "", "1 of 41 steps"),
        ("STEP-1 many", "", "11 of 41 steps"),
        ("broken", "", "1 of 41 steps"),
        ("no such words", "", "0 of 41 steps"),
        ("", "failed", "1 of 41 steps"),
        ("step-7", "failed", "0 of 41 steps"),
    ],
)
def test_search_and_status_choose_steps(page, report, words, status, count):
    page.show(report, 390)
    search(page, words)
    page.run(
        f"(() => {{ const one = document.getElementById('status'); one.value = '{status}';"
        "one.dispatchEvent(new Event('change')) })()"
    )
    assert shown(page) == count
    visible = "[...document.querySelectorAll('li.step')].filter((one) => one.offsetParent).length"
    assert f"{page.run(visible)} of 41 steps" == count


def test_keys_are_enough(page, report):
    page.show(report, 1280)
    page.press("/")
    page.type("step-7")
    assert shown(page) == "1 of 41 steps"
    page.press("Escape")
    assert shown(page) == "41 of 41 steps"
    for _ in range(30):
        page.press("Tab")
        if page.run("document.activeElement.matches('li.step summary')"):
            break
    before = page.run("document.activeElement.parentElement.open")
    page.press("Enter")
    assert page.run("document.activeElement.parentElement.open") is not before


def test_steps_are_opened_and_closed_together(page, report):
    page.show(report, 1280)
    count = "document.querySelectorAll('li.step > details[open]').length"
    assert page.run(count) == 1
    page.run("document.getElementById('open').click()")
    assert page.run(count) == 41
    page.run("document.getElementById('close').click()")
    assert page.run(count) == 0


@pytest.mark.parametrize(("scheme", "grounds"), [("light", "lld"), ("dark", "dld")])
def test_the_theme_follows_the_system_until_it_is_chosen(page, report, scheme, grounds):
    page.show(report, 1280, scheme)
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    told = [page.run(ground)]
    for _ in range(2):
        page.run("document.getElementById('theme').click()")
        told.append(page.run(ground))
    names = {"rgb(255, 255, 255)": "l", "rgb(13, 17, 23)": "d"}
    assert "".join(names[one] for one in told) == grounds


def test_without_scripts_all_can_be_read(page, report):
    page.show(report, 390, scripts=False)
    page.ask("Emulation.setScriptExecutionDisabled", value=False)
    assert page.run("document.getElementById('controls').hidden") is True
    assert page.run("document.querySelectorAll('li.step > details[open]').length") == 1
    assert fits(page)
