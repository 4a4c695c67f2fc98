// Who stands with whom at a date, in a branch, seen from an actor: colours of a map and of a list, lines of a network.
"use strict";
(() => {
  const found = document.getElementById("standing-data");
  if (!found) return;
  const data = JSON.parse(found.textContent), panel = document.getElementById("standing");
  const control = (name) => document.getElementById(`standing-${name}`);
  const chips = [...panel.querySelectorAll("li[data-actor]")], n = chips.length;
  const shapes = [...panel.querySelectorAll("path[data-actor]")], nodes = [...panel.querySelectorAll("g[data-actor]")];
  const lines = control("lines");
  const pair = (i, j) => (i < j ? i * n - i * (i + 1) / 2 + j - i - 1 : pair(j, i));
  const shade = (value) => data.shades[Math.round((value + 1) / 2 * (data.shades.length - 1))];
  function drawn() {
    const branch = control("branch").selectedIndex, who = control("actor").selectedIndex, at = Number(control("date").value);
    const values = data.alignment[branch][at], places = data.places[branch][at];
    const of = (i, j) => values[pair(i, j)] / 100;
    const colour = (k) => (k === who ? "#222222" : shade(of(who, k)));
    const dates = control("dates").children, date = dates[at].textContent;
    control("shown").value = date;
    control("date").setAttribute("aria-valuetext", date);
    shapes.forEach((shape) => shape.setAttribute("fill", colour(Number(shape.dataset.actor))));
    chips.forEach((chip, k) => {
      chip.firstElementChild.style.background = colour(k);
      chip.lastElementChild.textContent = k === who ? "" : (of(who, k) > 0 ? "+" : "") + of(who, k).toFixed(2).replace("-", "\u2212");
    });
    nodes.forEach((node, k) => {
      node.setAttribute("transform", `translate(${places[2 * k]} ${-places[2 * k + 1]})`);
      node.firstElementChild.setAttribute("fill", colour(k));
    });
    lines.replaceChildren();
    for (let i = 0; i < n; i += 1) for (let j = i + 1; j < n; j += 1) {
      const value = of(i, j);
      if (Math.abs(value) < data.least) continue;
      const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      const ends = { x1: places[2 * i], y1: -places[2 * i + 1], x2: places[2 * j], y2: -places[2 * j + 1] };
      Object.entries(ends).forEach(([name, end]) => line.setAttribute(name, end));
      line.setAttribute("stroke", value > 0 ? "#0072B2" : "#D55E00");
      line.setAttribute("stroke-width", 0.3 + 2.2 * (Math.abs(value) - data.least));
      line.setAttribute("stroke-opacity", i === who || j === who ? 0.8 : 0.25);
      lines.append(line);
    }
  }
  document.querySelectorAll("#standing, li:has(> a[href='#standing'])").forEach((part) => { part.hidden = false; });
  panel.addEventListener("input", drawn);
  drawn();
})();
