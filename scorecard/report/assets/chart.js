// Draws the figures embedded in the page; their nodes take language, colours, width and shared series.
(() => {
  const root = document.documentElement;
  const figures = new Map();
  for (const place of document.querySelectorAll("[data-figure].chart"))
    figures.set(place, JSON.parse(document.getElementById(`figure-${place.dataset.figure}`).textContent));

  const PAPER = 660; // pixels that a card has on upright A4
  const isNarrow = (place) => !("paper" in root.dataset) && place.clientWidth < 520;

  const is = (node, ...keys) => Object.keys(node).length === keys.length && keys.every((key) => key in node);
  const far = (path) => path.split(".").reduce((node, key) => node[key], window.SCORECARD);
  const weigh = (text) => [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 2 : 1), 0);

  const clip = (text, room) => {
    if (weigh(text) <= room) return text;
    let kept = "";
    for (const letter of text) {
      if (weigh(kept + letter) > room - 1) break;
      kept += letter;
    }
    return `${kept}…`;
  };

  // Plotly takes tags and entities in a text for its own.
  const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

  const wrap = (text, room) => {
    const lines = [""];
    const pieces = text.includes(" ") ? text.split(/(?<= )/) : [...text];
    for (const piece of pieces) {
      if (weigh(lines.at(-1) + piece.trimEnd()) > room) lines.push("");
      lines[lines.length - 1] += piece;
    }
    return lines.map((line) => escape(line.trim())).join("<br>");
  };

  const resolve = (node, look) => {
    if (Array.isArray(node)) return node.map((item) => resolve(item, look));
    if (node === null || typeof node !== "object") return node;
    if (is(node, "zh", "en")) return resolve(node[look.lang], look);
    if (is(node, "css")) return look.style.getPropertyValue(node.css).trim();
    if (is(node, "paint")) return resolve(node.paint, look).map((name) => look.style.getPropertyValue(`--${name}`).trim());
    if (is(node, "shared")) return resolve(far(node.shared), look);
    if (is(node, "indicator")) return `${node.indicator} ${window.SCORECARD.names[node.indicator][look.lang === "en" ? 1 : 0]}`;
    if (is(node, "lost")) return `\u2212 ${resolve({ indicator: node.lost }, look)}`;
    if (is(node, "wide", "narrow")) return resolve(look.narrow ? node.narrow : node.wide, look);
    if (is(node, "wrap")) return resolve(node.wrap, look).map((text) => wrap(text, look.narrow ? 12 : 18));
    if (is(node, "clip")) return resolve(node.clip, look).map((text) => escape(clip(text, look.narrow ? 14 : 30)));
    if (is(node, "plain")) return resolve(node.plain, look).map(escape);
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, resolve(item, look)]));
  };

  const dress = (figure, look) => {
    const colour = (name) => look.style.getPropertyValue(name).trim();
    const axis = { gridcolor: colour("--line"), zerolinecolor: colour("--line"), linecolor: colour("--line"), automargin: true, fixedrange: true };
    const { layout } = figure;
    return {
      margin: { l: 8, r: 12, t: 8, b: 8 },
      ...layout,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: look.style.fontFamily, size: look.paper ? 10 : 12, color: colour("--muted") },
      hoverlabel: { bgcolor: colour("--surface"), bordercolor: colour("--line"), font: { color: colour("--ink") } },
      xaxis: { ...axis, ...layout.xaxis, ...(look.paper && layout.xaxis?.tickangle && { tickangle: -90 }) },
      yaxis: { ...axis, ...layout.yaxis },
      autosize: !look.paper,
      ...(look.paper && { width: PAPER, height: layout.height * 0.68 }),
    };
  };

  const emphasise = (figure, place, look) => {
    const select = document.querySelector(`select[data-figure="${place.dataset.figure}"]`);
    if (!select || !select.value) return;
    const colour = (name) => look.style.getPropertyValue(name).trim();
    for (const trace of figure.data.filter((one) => one.customdata)) {
      const chosen = trace.customdata.map((id) => id === select.value);
      trace.marker = {
        ...trace.marker,
        color: chosen.map((yes) => colour(yes ? "--lost" : "--accent")),
        size: chosen.map((yes) => (yes ? 14 : 8)),
        opacity: chosen.map((yes) => (yes ? 1 : 0.25)),
      };
    }
  };

  const draw = (place) => {
    const look = {
      lang: root.lang === "en" ? "en" : "zh",
      paper: "paper" in root.dataset,
      narrow: isNarrow(place),
      style: getComputedStyle(document.body),
    };
    const figure = resolve(figures.get(place), look);
    emphasise(figure, place, look);
    place.dataset.narrow = look.narrow;
    const layout = dress(figure, look);
    place.style.minHeight = `${layout.height}px`;
    return Plotly.react(place, figure.data, layout, { displayModeBar: false, responsive: true, doubleClick: false });
  };

  const all = () => Promise.all([...figures.keys()].map(draw)).then(() => (root.dataset.drawn = "yes"));

  for (const select of document.querySelectorAll("select[data-figure]")) select.addEventListener("input", all);
  document.addEventListener("scorecard:look", all);
  const widths = new ResizeObserver((changes) => {
    for (const { target } of changes)
      if (target.dataset.narrow && String(isNarrow(target)) !== target.dataset.narrow) draw(target);
  });
  for (const place of figures.keys()) widths.observe(place);
  all();
})();
