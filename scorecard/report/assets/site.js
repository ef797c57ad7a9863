// The switches of language and theme, and the texts that no style can switch: titles and labels.
(() => {
  const root = document.documentElement;

  const keep = (name, value) => {
    try {
      localStorage.setItem(`scorecard.${name}`, value);
    } catch {
      // storage may be switched off; the choice then holds for this page
    }
  };

  // A choice in the address is kept like one made here, and leaves it: a later one must win.
  const address = new URL(location.href);
  for (const name of ["lang", "theme"])
    if (address.searchParams.has(name)) keep(name, address.searchParams.get(name));
  let themed = address.searchParams.has("theme");
  address.searchParams.delete("lang");
  address.searchParams.delete("theme");
  try {
    if (address.href !== location.href) history.replaceState(null, "", address);
  } catch {
    // some browsers let no page of a folder change its address
  }

  // Labels and choices hold Chinese, and English beside it; the Chinese is kept while English shows.
  const chinese = new WeakMap();
  const translate = () => {
    for (const element of document.querySelectorAll("[data-en]")) {
      const isText = element.matches("option, title");
      if (!chinese.has(element)) chinese.set(element, isText ? element.textContent : element.getAttribute("aria-label"));
      const text = root.lang === "en" ? element.dataset.en : chinese.get(element);
      if (isText) element.textContent = text;
      else element.setAttribute("aria-label", text);
      if (element.hasAttribute("placeholder")) element.placeholder = text;
    }
  };

  const button = (id, zh, en, content) => {
    const made = document.createElement("button");
    made.type = "button";
    made.id = id;
    made.setAttribute("aria-label", zh);
    made.dataset.en = en;
    made.innerHTML = content;
    return made;
  };
  const switches = document.createElement("div");
  switches.className = "switches";
  switches.append(
    button("language", "EN: switch to English", "中文：切换为中文", '<span lang="zh">EN</span><span lang="en">中文</span>'),
    button("theme", "切换深色或浅色", "Switch between dark and light", '<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path fill="currentColor" d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 1.500a5.500 5.500 0 0 1 0 11Z"/></svg>'),
  );
  document.querySelector(".top .wide").append(switches);

  const changed = () => document.dispatchEvent(new Event("scorecard:look"));

  document.getElementById("language").addEventListener("click", () => {
    root.lang = root.lang === "en" ? "zh-CN" : "en";
    keep("lang", root.lang === "en" ? "en" : "zh");
    translate();
    changed();
  });
  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    keep("theme", root.dataset.theme);
    themed = true;
    changed();
  });

  // Paper is white and of one width: charts are drawn again for it, and back afterwards.
  let screen = null;
  addEventListener("beforeprint", () => {
    if (screen) return;
    const closed = [...document.querySelectorAll("details:not([open])")];
    screen = { theme: root.dataset.theme, closed };
    root.dataset.theme = "light";
    root.dataset.paper = "yes";
    for (const details of closed) details.open = true;
    changed();
  });
  addEventListener("afterprint", () => {
    if (!screen) return;
    root.dataset.theme = screen.theme;
    delete root.dataset.paper;
    for (const details of screen.closed) details.open = false;
    screen = null;
    changed();
  });

  // Some browsers keep storage of a folder's pages apart, so there links carry the choice along.
  const carry = (event) => {
    const link = event.target.closest("a[href]");
    if (!link || location.protocol !== "file:") return;
    const target = new URL(link.href);
    if (target.pathname === location.pathname) return;
    target.searchParams.set("lang", root.lang === "en" ? "en" : "zh");
    if (themed) target.searchParams.set("theme", root.dataset.theme);
    link.href = target.href;
  };
  document.addEventListener("click", carry, true);

  // On a narrow screen rows become cards; the roles keep them a table for screen readers.
  for (const table of document.querySelectorAll("table.stack")) {
    table.setAttribute("role", "table");
    const roles = { thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell", "tbody th": "rowheader", "thead th": "columnheader" };
    for (const [selector, role] of Object.entries(roles))
      for (const element of table.querySelectorAll(selector)) element.setAttribute("role", role);
    const heads = [...table.querySelectorAll("thead th")].map((head) => head.innerHTML);
    for (const row of table.querySelectorAll("tbody tr"))
      [...row.cells].forEach((cell, place) => {
        if (!cell.textContent.trim()) return cell.classList.add("void");
        const name = document.createElement("span");
        name.className = "head";
        name.setAttribute("aria-hidden", "true");
        name.innerHTML = heads[place];
        cell.prepend(name);
      });
  }

  // A box that hides columns fades at its edge, so that nobody takes what is seen for all,
  // and is a stop of the tab key, so that the arrows scroll it.
  const boxes = [...document.querySelectorAll(".scroll")];
  const fade = (box) => {
    const hidden = box.scrollWidth - box.clientWidth;
    box.classList.toggle("after", hidden - box.scrollLeft > 2);
    const { caption } = box.querySelector("table");
    caption.id ||= `${caption.parentElement.id}-name`;
    const attributes = { role: "region", tabindex: "0", "aria-labelledby": caption.id };
    for (const [name, value] of Object.entries(attributes))
      if (hidden > 2) box.setAttribute(name, value);
      else box.removeAttribute(name);
  };
  const widths = new ResizeObserver((changes) => changes.forEach(({ target }) => fade(target.closest(".scroll"))));
  for (const box of boxes) {
    box.addEventListener("scroll", () => fade(box), { passive: true });
    widths.observe(box);
    widths.observe(box.querySelector("table"));
  }

  // One stop of the tab key for the heat map; arrows move inside it.
  for (const table of document.querySelectorAll("table.heat")) {
    const links = [...table.querySelectorAll("td a")];
    links.forEach((link, place) => (link.tabIndex = place ? -1 : 0));
    table.addEventListener("keydown", (event) => {
      const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
      const cell = event.target.closest("td");
      if (!step || !cell) return;
      const row = table.rows[cell.parentElement.rowIndex + step[0]];
      const link = row?.cells[cell.cellIndex + step[1]]?.querySelector("a");
      if (!link || !link.closest("td")) return;
      event.preventDefault();
      event.target.tabIndex = -1;
      link.tabIndex = 0;
      link.focus();
    });
  }

  // A link to something inside a closed block opens it.
  const reveal = () => {
    const target = document.getElementById(linkedPlace());
    const block = target && (target.closest("details") || target.querySelector(":scope > details:not(.note)"));
    if (block && !block.open) {
      block.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", reveal);
  translate();
  reveal();
})();
