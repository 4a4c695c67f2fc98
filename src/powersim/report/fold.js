// Long parts of the page are shut until they are asked for. Without this script, and on paper, all are open.
"use strict";
(() => {
  const parts = [...document.querySelectorAll("details.fold")], all = document.getElementById("unfold");
  const set = (open) => parts.forEach((part) => { part.open = open; });
  const named = () => { all.textContent = parts.every((part) => part.open) ? "Shut long parts" : "Open all parts"; };
  const wanted = () => {
    const at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!at) return;
    [at.closest("details"), ...at.querySelectorAll("details")].forEach((part) => { if (part) part.open = true; });
    at.scrollIntoView();
  };
  let before = [];
  set(false);
  all.closest("li").hidden = false;
  all.addEventListener("click", () => set(!parts.every((part) => part.open)));
  parts.forEach((part) => part.addEventListener("toggle", named));
  document.querySelectorAll("a[href^='#']").forEach((link) => link.addEventListener("click", () => setTimeout(wanted)));
  addEventListener("hashchange", wanted);
  addEventListener("beforeprint", () => { before = parts.map((part) => part.open); set(true); });
  addEventListener("afterprint", () => parts.forEach((part, k) => { part.open = before[k]; }));
  wanted();
})();
