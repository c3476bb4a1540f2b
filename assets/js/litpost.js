/* Puts a button on every piece of code that copies it; without JavaScript there is none. */
(function () {
  "use strict";

  const words = document.currentScript.dataset;
  const shown = ".litpost-output, .litpost-stderr, .litpost-error";

  function addButton(box) {
    const code = box.querySelector("pre > code");
    if (!code || box.matches(shown) || box.querySelector(".litpost-copy")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "litpost-copy";
    button.textContent = words.copy;
    button.addEventListener("click", () => {
      navigator.clipboard.writeText(code.textContent.replace(/\n$/, "")).then(() => {
        button.textContent = words.copied;
        setTimeout(() => { button.textContent = words.copy; }, 2000);
      });
    });
    box.append(button);
  }

  if (navigator.clipboard) document.querySelectorAll("div.highlighter-rouge").forEach(addButton);
})();
