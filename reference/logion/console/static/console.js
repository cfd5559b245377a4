// Keeps the parts of a page that are marked data-live up to date: the page itself is
// asked for again, and what has changed in it is put in place. Without this script the
// pages are the same, as of when they were loaded.
"use strict";

const EVERY_MS = 2000;
const pause = document.getElementById("pause");
let isPaused = false;

document.getElementById("live").hidden = false;
pause.addEventListener("click", () => {
  isPaused = !isPaused;
  pause.setAttribute("aria-pressed", String(isPaused));
});

function isBeingRead(part) {
  const selection = document.getSelection();
  return selection && !selection.isCollapsed && part.contains(selection.anchorNode);
}

// Puts the new part in place and keeps where the reader is: focus, scrolling, and what
// was opened.
function put(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const place = focused && [...old.querySelectorAll(focused.tagName)].indexOf(focused);
  const address = focused && focused.getAttribute("href");
  const scrolled = [...old.querySelectorAll(".scroll, pre")].map((it) => [it.scrollLeft, it.scrollTop]);
  old.replaceChildren(...fresh.childNodes);
  [...old.querySelectorAll(".scroll, pre")].forEach((it, index) => {
    [it.scrollLeft, it.scrollTop] = scrolled[index] || [0, 0];
  });
  if (focused) {
    const same = [...old.querySelectorAll(focused.tagName)];
    const found = same.find((it) => address && it.getAttribute("href") === address) || same[place];
    (found || document.getElementById("main")).focus({ preventScroll: true });
  }
}

async function refresh() {
  if (isPaused || document.hidden) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || isPaused) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-live]")) {
    const part = fresh.querySelector(`[data-live="${old.dataset.live}"]`);
    if (part && part.innerHTML !== old.innerHTML && !isBeingRead(old)) put(old, part);
  }
}

async function keepFresh() {
  let isReached = true;
  try {
    await refresh();
  } catch {
    isReached = false; // the broker is away: what is there stays, and is marked
  }
  document.getElementById("main").classList.toggle("waiting", !isReached);
  setTimeout(keepFresh, EVERY_MS);
}

if (document.querySelector("[data-live]")) setTimeout(keepFresh, EVERY_MS);
