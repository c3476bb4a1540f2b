/* Loads the page anew when the blog has changed, at the place where it was; shows what is wrong. */
(function () {
  "use strict";

  const version = document.currentScript.dataset.version;
  const place = "litpost scroll " + location.pathname;

  const kept = sessionStorage.getItem(place);
  if (kept !== null) {
    sessionStorage.removeItem(place);
    const back = () => scrollTo({ top: Number(kept), behavior: "instant" });
    back();
    addEventListener("load", back);
  }

  const overlay = document.createElement("litpost-problems");
  const root = overlay.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent =
    ":host { position: fixed; z-index: 2147483647; inset: auto 0 0; max-height: 60vh; overflow: auto;" +
    " background: #3d2c2a; color: #fff; border-top: 4px solid #d6463d; }" +
    "pre { margin: 0; padding: 1em 1.4em; white-space: pre-wrap; overflow-wrap: anywhere;" +
    " font: 14px/1.5 ui-monospace, Menlo, Consolas, monospace; }";

  function show(problems) {
    if (!problems.length) return overlay.remove();
    const texts = problems.map((problem) => {
      const text = document.createElement("pre");
      text.setAttribute("role", "alert");
      text.textContent = problem.message;
      return text;
    });
    root.replaceChildren(style, ...texts);
    document.body.append(overlay);
  }

  const events = new EventSource("/.litpost/events");
  events.onmessage = (event) => {
    const notice = JSON.parse(event.data);
    if (notice.version === version) return show(notice.problems);
    events.close();
    sessionStorage.setItem(place, String(scrollY));
    location.reload();
  };
  addEventListener("pagehide", () => events.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
