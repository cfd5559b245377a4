"""A page to step through a trace: one file, nothing from elsewhere.

Without scripts it shows all steps, one below the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from logion_model.pictures.markup import tag, words
from logion_model.pictures.story import Frame, Story
from logion_model.pictures.svg import picture_of

STYLE = """
:root { color-scheme: light; }
body { margin: 0 auto; padding: 1.5rem; max-width: 84rem; background: #ffffff;
  color: #1a1f29; font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.ending { color: #b42318; font-weight: 600; margin: .25rem 0 1rem; }
.ending.holds { color: #1a1f29; }
nav { position: sticky; top: 0; display: flex; gap: .5rem; align-items: center;
  padding: .75rem 0; background: #ffffff; border-bottom: 1px solid #8a94a6;
  z-index: 1; flex-wrap: wrap; }
button { font: inherit; padding: .35rem .9rem; border: 1px solid #1a1f29;
  border-radius: .4rem; background: #ffffff; color: #1a1f29; cursor: pointer; }
button:hover:enabled { background: #e5e7eb; }
button:disabled { color: #6b7280; border-color: #8a94a6; cursor: default; }
button:focus-visible, input:focus-visible, a:focus-visible {
  outline: 3px solid #1d4ed8; outline-offset: 2px; }
input[type=range] { flex: 1; min-width: 10rem; accent-color: #1d4ed8; }
output { min-width: 8rem; text-align: right; }
figure { margin: 1rem 0 0; overflow-x: auto; }
svg { max-width: 100%; height: auto; display: block; }
table { border-collapse: collapse; font-size: .9rem; margin-top: .5rem; }
th, td { text-align: left; padding: .2rem 1rem .2rem 0; vertical-align: top; }
th { font-weight: 600; border-bottom: 1px solid #8a94a6; }
td { font-family: ui-monospace, "DejaVu Sans Mono", monospace; }
ol { padding-left: 1.5rem; }
ol a { color: #1d4ed8; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; color: #4b5563; }
.told { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); }
.frame { scroll-margin-top: 12rem; }
.frame[hidden], nav[hidden] { display: none; }
"""

SCRIPT = """
const frames = [...document.querySelectorAll(".frame")];
const slider = document.querySelector("input");
const [first, back, on, last] = document.querySelectorAll("nav button");
const output = document.querySelector("output");
const told = document.querySelector(".told");
const end = frames.length - 1;
let now = 0;
function show(step) {
  now = Math.max(0, Math.min(end, step));
  frames.forEach((frame, at) => { frame.hidden = at !== now; });
  slider.value = now;
  told.textContent = frames[now].getAttribute("aria-label");
  output.textContent = `step ${now} of ${end}`;
  first.disabled = back.disabled = now === 0;
  on.disabled = last.disabled = now === end;
  history.replaceState(null, "", `#step-${now}`);
}
function fromAddress() {
  const step = Number((location.hash.match(/^#step-(\\d+)$/) || [])[1]);
  show(Number.isInteger(step) ? step : 0);
}
first.onclick = () => show(0);
back.onclick = () => show(now - 1);
on.onclick = () => show(now + 1);
last.onclick = () => show(end);
slider.oninput = () => show(Number(slider.value));
addEventListener("hashchange", fromAddress);
addEventListener("keydown", (event) => {
  if (event.target === slider) return;
  if (event.key === "ArrowRight") show(now + 1);
  if (event.key === "ArrowLeft") show(now - 1);
});
document.querySelector("nav").hidden = false;
fromAddress();
"""


def page_of(story: Story) -> str:
    """Return the page, as one HTML document."""
    head = tag(
        "head",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        tag("title", words(f"{story.title}: {story.ending}")),
        tag("style", STYLE),
    )
    body = tag(
        "body",
        tag("h1", words(story.title)),
        _ending(story),
        _controls(len(story.frames) - 1),
        tag("main", *(_frame(story, it) for it in story.frames)),
        tag("p", role="status", class_="told"),
        tag("h2", "All steps"),
        tag("ol", *_steps(story)),
        tag("h2", "The whole picture"),
        tag("figure", picture_of(story)),
        tag("script", SCRIPT),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _ending(story: Story) -> str:
    text = story.ending
    if story.blame is not None:
        text = f"{text}: {story.blame.sentence}"
    kind = "ending" if story.is_violation else "ending holds"
    return tag("p", words(text), class_=kind)


def _controls(last: int) -> str:
    label = 'aria-label="step of the trace"'
    slider = f'<input type="range" min="0" max="{last}" value="0" {label}>'
    names = ("« First", "‹ Back", "Next ›", "Last »")
    return tag(
        "nav",
        *(tag("button", name, type="button") for name in names),
        slider,
        tag("output"),
        aria_label="steps",
        hidden="",
    )


def _frame(story: Story, frame: Frame) -> str:
    """Return one step: everybody as they are after it, and what it changed."""
    everybody = frozenset(lane.name for lane in frame.lanes)
    is_last = frame is story.frames[-1]
    alone = Story(
        title=f"Step {frame.number}: {frame.event.sentence}",
        ending=story.ending if is_last else "",
        is_violation=story.is_violation,
        frames=(frame._replace(shown=everybody),),
        blame=story.blame if is_last else None,
    )
    picture = picture_of(alone, name=f"now-{frame.number}", columns=story)
    return tag(
        "section",
        tag("figure", picture),
        _changes(frame),
        class_="frame",
        aria_label=f"Step {frame.number}: {frame.event.sentence}",
        id=f"step-{frame.number}",
    )


def _changes(frame: Frame) -> str:
    if not frame.changes:
        return ""
    head = tag(
        "tr",
        *(tag("th", it, scope="col") for it in ("what changed", "before", "after")),
    )
    rows = [
        tag("tr", *(tag("td", words(it)) for it in change)) for change in frame.changes
    ]
    return tag("table", tag("thead", head), tag("tbody", *rows))


def _steps(story: Story) -> Iterator[str]:
    for frame in story.frames[1:]:
        link = tag("a", words(frame.event.sentence), href=f"#step-{frame.number}")
        same = frame.action == frame.event.sentence
        action = "" if same else " " + tag("code", words(frame.action))
        yield tag("li", link, action)
