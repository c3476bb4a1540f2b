/* The colour scheme's switch; scrolling by keyboard; where the reader is in the table of contents. */
(function () {
  "use strict";

  const key = "color-scheme";
  const attribute = "data-color-scheme";
  const scheme = document.querySelector(".scheme-switch");

  function show(dark) {
    document.body.setAttribute(attribute, dark ? "dark" : "light");
    scheme.setAttribute("aria-pressed", String(dark));
  }

  function isDark() {
    return document.body.getAttribute(attribute) === "dark";
  }

  scheme.hidden = false;
  show(isDark());
  scheme.addEventListener("click", () => {
    show(!isDark());
    try {
      localStorage.setItem(key, isDark() ? "dark" : "light");
    } catch { /* storage is blocked: the choice holds for this page */ }
  });
  /* The system changes while the page is open: followed as long as nothing was chosen. */
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
    let chosen = null;
    try { chosen = localStorage.getItem(key); } catch { /* storage is blocked */ }
    if (!chosen) show(event.matches);
  });
  /* Another tab was switched. */
  addEventListener("storage", (event) => {
    if (event.key === key && event.newValue) show(event.newValue === "dark");
  });

  /* What scrolls sideways can be reached with the keyboard in every browser. */
  document.querySelectorAll("pre, .litpost-table, .litpost-math, .litpost-html, .post-body > table").forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  });

  const entries = new Map();
  document.querySelectorAll(".toc a").forEach((link) => {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) entries.set(heading, link);
  });
  if (!entries.size) return;

  function markCurrent() {
    let current = null;
    for (const heading of entries.keys()) {
      if (heading.getBoundingClientRect().top > innerHeight / 4) break;
      current = heading;
    }
    for (const [heading, link] of entries) {
      if (heading === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; markCurrent(); });
  }, { passive: true });
  markCurrent();
})();
