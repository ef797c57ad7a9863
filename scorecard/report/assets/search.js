// Finding a page by name, code or id: a combobox over the names in shared.js.
(() => {
  const bar = document.querySelector(".top .wide");
  const home = bar.dataset.home;
  const box = document.createElement("div");
  box.className = "search";
  box.setAttribute("role", "search");
  box.innerHTML = `<input type="search" id="search" role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list"
    autocomplete="off" aria-label="查找部门、科室、指标" data-en="Department, section, indicator" placeholder="查找部门、科室、指标">
    <ul id="found" role="listbox" aria-label="查找结果" data-en="Found" hidden></ul>
    <p id="unfound" role="status"></p>`;
  bar.append(box);
  const input = document.getElementById("search");
  const list = document.getElementById("found");
  const unfound = document.getElementById("unfound");
  const kinds = { d: ["部门", "Department"], i: ["指标", "Indicator"], s: ["科室", "Section"] };
  const most = 12;
  let active = -1;

  const close = () => {
    list.hidden = true;
    unfound.textContent = "";
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const show = () => {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return close();
    const english = document.documentElement.lang === "en";
    const found = window.SCORECARD.pages
      .filter(([, name, other]) => words.every((word) => `${name} ${other}`.toLowerCase().includes(word)))
      .slice(0, most);
    list.replaceChildren(
      ...found.map(([kind, name, other, address], place) => {
        const item = document.createElement("li");
        item.id = `found-${place}`;
        item.setAttribute("role", "option");
        item.dataset.address = home + address;
        const label = document.createElement("b");
        label.textContent = name;
        const note = document.createElement("small");
        note.textContent = `${kinds[kind][english ? 1 : 0]} · ${other}`;
        item.append(label, note);
        return item;
      }),
    );
    active = -1;
    list.hidden = !found.length;
    unfound.textContent = found.length ? "" : english ? "Nothing found" : "没有找到";
    input.setAttribute("aria-expanded", String(found.length > 0));
  };

  const point = (step) => {
    const items = list.children;
    if (list.hidden || !items.length) return;
    active = (active + step + items.length) % items.length;
    [...items].forEach((item, place) => item.setAttribute("aria-selected", String(place === active)));
    input.setAttribute("aria-activedescendant", items[active].id);
    items[active].scrollIntoView({ block: "nearest" });
  };

  const open = (item) => {
    const link = document.createElement("a");
    link.href = item.dataset.address;
    document.body.append(link);
    link.click(); // by a link, so that the choices of language and theme go along
  };

  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      point(event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1);
    } else if (event.key === "Enter" && !list.hidden) open(list.children[Math.max(active, 0)]);
    else if (event.key === "Escape") close();
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("mousedown", (event) => {
    const item = event.target.closest("li");
    if (item) open(item);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      input.focus();
    }
  });
})();
