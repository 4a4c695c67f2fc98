// Other weights for theories and uncertain numbers: the runs of this page weighed anew, by the rule of
// powersim.effects.weighted.reweighted. Nothing is computed anew and nothing is loaded.
"use strict";
const Z = 1.959963984540054;
const sum = (values) => values.reduce((total, value) => total + value, 0);
const share = (values) => { const total = sum(values); return values.map((value) => value / total); };
const kish = (weight) => { const w = share(weight); return 1 / sum(w.map((x) => x * x)); };

// Student's quantile of 97.5 % by Cornish and Fisher's expansion: Abramowitz and Stegun 1964, 26.7.5.
function student(n) {
  const z = Z, g = [(z ** 3 + z) / 4, (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160];
  return z + g.reduce((total, term, k) => total + term / n ** (k + 1), 0);
}

function wilson(p, n) {
  const z2 = Z * Z, half = Math.sqrt(z2 * n * p * (1 - p) + z2 * z2 / 4), middle = n * p + z2 / 2;
  return [p <= 0 ? 0 : Math.max((middle - half) / (n + z2), 0), p >= 1 ? 1 : Math.min((middle + half) / (n + z2), 1)];
}

// Newcombe 1998, method 10, with shares p (first), q (second), r (both) of n runs.
function newcombe(p, q, r, n) {
  const cross = n * n * (r - p * q), corrected = cross > 0 ? Math.max(cross - n / 2, 0) : cross;
  const scale = n * n * Math.sqrt(p * (1 - p) * q * (1 - q)), phi = scale > 0 ? corrected / scale : 0;
  const [pl, ph] = wilson(p, n), [ql, qh] = wilson(q, n);
  const join = (l, m) => Math.sqrt(Math.max(l * l - 2 * phi * l * m + m * m, 0));
  return [q - p - join(q - ql, ph - p), q - p + join(qh - q, p - pl)];
}

// Paired effect of b on a (arrays by theory), weights of runs by theory, shares of theories; apart: by theory, whether
// histories differ at all. Gives effect, low, high and the number of equally weighted runs that this is worth.
function reweighted(a, b, weight, shares, binary, apart) {
  const part = share(shares);
  const each = a.map((first, t) => {
    const w = share(weight[t]), n = kish(weight[t]), d = first.map((x, r) => b[t][r] - x);
    const effect = sum(d.map((x, r) => w[r] * x)), added = d.map((x, r) => w[r] * (x - effect));
    let ends;
    if (binary) {
      const of = (values) => sum(values.map((x, r) => w[r] * x));
      ends = newcombe(of(first), of(b[t]), of(first.map((x, r) => x * b[t][r])), n);
    } else {
      const half = student(n - 1) * Math.sqrt(sum(added.map((x) => x * x)) * n / (n - 1));
      ends = [effect - half, effect + half];
    }
    if (d.every((x) => x === 0) && !(apart[t] && binary)) ends = [0, 0];
    return { effect, low: ends[0], high: ends[1], added, n };
  });
  const effect = sum(each.map((x, t) => part[t] * x.effect));
  const dots = each.map((x) => each.map((y) => sum(x.added.map((value, r) => value * y.added[r]))));
  const spread = (end) => {
    let total = 0;
    each.forEach((x, i) => each.forEach((y, j) => {
      const scale = Math.sqrt(dots[i][i] * dots[j][j]), alike = scale > 0 ? dots[i][j] / scale : 1;
      total += part[i] * part[j] * alike * (x[end] - x.effect) * (y[end] - y.effect);
    }));
    return Math.sqrt(Math.max(total, 0));
  };
  const worth = Math.min(...each.filter((_, t) => part[t] > 0).map((x) => x.n));
  return { effect, low: effect - spread("low"), high: effect + spread("high"), worth };
}

// Weights of runs by theory, from uniforms (number, run), strengths and the theories in which a number is drawn.
function tilted(u, strengths, under, theories, runs) {
  return Array.from({ length: theories }, (_, t) => Array.from({ length: runs }, (_, r) =>
    Math.exp(sum(strengths.map((k, i) => under[i][t] ? k * (2 * u[i][r] - 1) : 0)))));
}

// Numbers of 16 bits in base64, between two ends.
function unpacked(text, low, high) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)), found = [];
  for (let k = 0; k < bytes.length; k += 2)
    found.push(low + (high - low) * (bytes[k] + 256 * bytes[k + 1]) / 65535);
  return found;
}

function rows(values, size) {
  return Array.from({ length: values.length / size }, (_, k) => values.slice(k * size, (k + 1) * size));
}

function started(data) {
  const { runs, theories, least } = data, step = 1 / 4;
  const u = data.numbers.map((number) => unpacked(number.u, 0, 1));
  const under = data.numbers.map((number) => number.under);
  const read = (text, one) => rows(unpacked(text, one.low, one.high), runs);
  const outcomes = data.outcomes.map((one) =>
    ({ ...one, a: read(one.a, one), b: one.b.map((text) => read(text, one)) }));
  const panel = document.getElementById("what-if"), told = document.getElementById("what-if-worth");
  const of = (name) => [...panel.querySelectorAll(`input[data-${name}]`)];
  const minus = (text) => text.replace("-", "\u2212");
  const signed = (value, places) => (value > 0 ? "+" : "") + minus(value.toFixed(places));
  function drawn() {
    const shares = theories > 1 ? of("theory").map((input) => Number(input.value)) : [1];
    const strengths = of("number").map((input) => step * Number(input.value));
    const weight = tilted(u, strengths, under, theories, runs), nobody = sum(shares) === 0;
    const part = nobody ? shares : share(shares);
    of("theory").forEach((input, t) => { input.nextElementSibling.value = `${Math.round(100 * part[t])} %`; });
    of("number").forEach((input, i) => {
      const values = data.numbers[i].values, last = values.length - 1, t = Math.max(under[i].indexOf(true), 0);
      const value = (x) => { const k = Math.min(Math.floor(x * last), last - 1);
        return values[k] + (x * last - k) * (values[k + 1] - values[k]); };
      const w = share(weight[t]);
      input.nextElementSibling.value = minus(sum(u[i].map((x, r) => w[r] * value(x))).toPrecision(3));
    });
    const worth = nobody ? 0 : Math.min(...weight.filter((_, t) => part[t] > 0).map(kish)), few = !(worth >= least);
    panel.classList.toggle("few", few);
    told.textContent = nobody ? "No theory has any weight." : `Effective sample: ${Math.floor(worth + 1e-9)} of ${runs} runs.`
      + (few ? ` Too few: below ${least} no effect is shown. Move a slider back.` : "");
    panel.querySelectorAll("td[data-outcome]").forEach((cell) => {
      const one = outcomes[cell.dataset.outcome], k = cell.dataset.branch;
      if (few) { cell.textContent = "\u2013"; return; }
      const found = reweighted(one.a, one.b[k], weight, shares, one.binary, one.apart[k]);
      const factor = one.points ? 100 : 1, ends = [found.low, found.high].map((x) => factor * x);
      const wide = ends[1] - ends[0], places = wide > 0 ? Math.min(4, Math.max(0, 1 - Math.floor(Math.log10(wide / 2)))) : 2;
      const clear = ends[0] > 0 || ends[1] < 0;
      cell.classList.toggle("clear", clear);
      cell.textContent = `${signed(factor * found.effect, places)} (${signed(ends[0], places)} to ${signed(ends[1], places)})`;
    });
  }
  document.querySelectorAll("#what-if, li:has(> a[href='#what-if'])").forEach((part) => { part.hidden = false; });
  panel.addEventListener("input", drawn);
  panel.querySelector("form").addEventListener("reset", () => setTimeout(drawn));
  drawn();
}

if (typeof document === "undefined") module.exports = { reweighted, tilted, student, unpacked, rows };
else {
  const found = document.getElementById("what-if-data");
  if (found) started(JSON.parse(found.textContent));
}
