"use strict";
const byId = (id) => document.getElementById(id);
const cases = [...document.querySelectorAll("#matrix .case")];
const verdict = (cell) => (cell.dataset.verdict || "none").split(" ")[0];

function matches(row) {
  const wanted = byId("verdict").value;
  const cells = [...row.cells].slice(1);
  const kinds = cells.map((cell) => (cell.dataset.verdict || "none").split(" "));
  return row.dataset.case.includes(byId("find").value.trim().toLowerCase())
    && (!byId("level").value || row.dataset.level === byId("level").value)
    && (!wanted || (wanted === "differs"
      ? new Set(cells.map(verdict)).size > 1
      : kinds.some((kind) => kind.includes(wanted))));
}

function filter() {
  let shown = 0;
  for (const row of cases) {
    row.hidden = !matches(row);
    shown += row.hidden ? 0 : 1;
  }
  for (const body of document.querySelectorAll("#matrix tbody")) {
    body.hidden = ![...body.querySelectorAll(".case")].some((row) => !row.hidden);
  }
  byId("shown").textContent = `${shown} of ${cases.length} cases`;
}

function group(name, rows) {
  const body = document.createElement("tbody");
  const head = document.querySelector("#matrix .area").cloneNode(true);
  head.cells[0].textContent = name;
  body.append(head, ...rows.map((row) => row.cloneNode(true)));
  for (const row of body.rows) row.hidden = false;
  return body;
}

function compare() {
  const [one, other] = ["first-target", "second-target"].map((id) => Number(byId(id).value));
  const verdicts = (row) => [verdict(row.cells[one + 1]), verdict(row.cells[other + 1])];
  const differing = cases.filter((row) => new Set(verdicts(row)).size > 1);
  const contradicts = (row) => verdicts(row).sort().join() === "FAIL,PASS";
  const groups = [
    ["One keeps it, the other does not", differing.filter(contradicts)],
    ["One of them was not judged", differing.filter((row) => !contradicts(row))],
  ];
  const table = byId("differing");
  for (const body of [...table.tBodies]) body.remove();
  for (const [name, rows] of groups) if (rows.length) table.append(group(name, rows));
  byId("differ-count").textContent = `${differing.length} of ${cases.length} cases differ.`;
}

function open(id) {
  const dialog = byId("detail");
  const close = document.createElement("button");
  close.className = "close";
  close.textContent = "Close";
  close.onclick = () => dialog.close();
  dialog.replaceChildren(close, byId(id).content.cloneNode(true));
  dialog.showModal();
  dialog.scrollTop = 0;
}

function hint() {
  for (const table of document.querySelectorAll(".scroll")) {
    const isWide = table.scrollWidth > table.clientWidth;
    table.previousElementSibling.querySelector(".more").hidden = !isWide;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-detail]");
  if (button) open(button.dataset.detail);
  if (event.target === byId("detail")) byId("detail").close();
});
const filters = document.querySelector(".filters");
for (const kind of ["input", "change"]) filters.addEventListener(kind, filter);
filters.addEventListener("submit", (event) => event.preventDefault());
if (byId("differing")) {
  for (const id of ["first-target", "second-target"]) byId(id).addEventListener("change", compare);
}
filter();
window.addEventListener("resize", hint);
hint();
