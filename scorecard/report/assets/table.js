// Sorting and filtering of tables, both kept in the address so that a view can be passed on.
(() => {
  const query = new URLSearchParams(location.search);

  const remember = (name, value) => {
    if (value) query.set(name, value);
    else query.delete(name);
    const address = new URL(location.href);
    address.search = query.toString();
    try {
      history.replaceState(null, "", address);
    } catch {
      // some browsers let no page of a folder change its address; the view itself is changed all the same
    }
  };

  // What a reader sees of a cell: not the other language, nor the column's name that a card's cell holds.
  const textOf = (cell) => {
    const seen = cell.cloneNode(true);
    const other = document.documentElement.lang === "en" ? "zh" : "en";
    for (const hidden of seen.querySelectorAll(`.head, span[lang="${other}"]`)) hidden.remove();
    return seen.textContent;
  };
  const valueOf = (cell) => {
    const text = (cell.dataset.v ?? textOf(cell)).trim();
    if (text === "" || text === "–") return null;
    const number = Number(text.replaceAll(",", "").replace(/%$/, ""));
    return Number.isNaN(number) ? text : number;
  };

  const compare = (one, other) =>
    typeof one === "number" && typeof other === "number"
      ? one - other
      : String(one).localeCompare(String(other), "zh-CN", { numeric: true });

  // What has no value stands last, whichever way the rest is sorted.
  const sort = (table, head, down) => {
    const body = table.tBodies[0];
    const keyed = [...body.rows].map((row) => [valueOf(row.cells[head.cellIndex]), row]);
    keyed.sort(([one], [other]) => {
      if (one === null || other === null) return (one === null) - (other === null);
      return down ? compare(other, one) : compare(one, other);
    });
    for (const [, row] of keyed) body.append(row);
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  };

  const addButton = (head) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    table.tHead.querySelectorAll("th:not([data-plain])").forEach(addButton);
    const name = `${table.id.replace("table-", "")}.sort`;
    table.tHead.addEventListener("click", (event) => {
      const head = event.target.closest("button")?.closest("th");
      if (!head) return;
      const before = head.getAttribute("aria-sort");
      const down = !before ? head.classList.contains("n") : before === "ascending";
      sort(table, head, down);
      remember(name, (down ? "-" : "") + head.dataset.f);
    });
    const asked = query.get(name);
    const field = asked && asked.replace(/^-/, "");
    const head = asked && [...table.tHead.rows[0].cells].find((cell) => cell.dataset.f === field);
    if (head) sort(table, head, asked.startsWith("-"));
  }

  const said = (row) => [...row.cells].map(textOf).join(" ").toLowerCase();
  const matches = (row, wanted) =>
    wanted.every(([name, value]) =>
      name === "q" ? said(row).includes(value.toLowerCase()) : tokens(row, name).includes(value),
    );
  // A block's name may hold spaces, so the whole value counts as well as its words.
  const tokens = (row, name) => [row.dataset[name], ...(row.dataset[name] || "").split(" ")];

  const place = linkedPlace();

  for (const form of document.querySelectorAll("form.filters")) {
    const table = document.getElementById(form.dataset.for);
    const prefix = form.dataset.for.replace("table-", "");
    const rows = [...table.tBodies[0].rows];
    const fields = [...form.elements].filter((field) => field.name);
    const output = form.querySelector("output");
    const nothing = document.createElement("p");
    nothing.className = "empty";
    nothing.hidden = true;
    table.after(nothing);
    const given = (field) => (field.type === "checkbox" ? (field.checked ? field.value : "") : field.value.trim());

    const apply = () => {
      const wanted = fields.map((field) => [field.name, given(field)]).filter(([, value]) => value);
      let shown = 0;
      for (const row of rows) {
        row.hidden = !matches(row, wanted);
        shown += !row.hidden;
      }
      const english = document.documentElement.lang === "en";
      const all = `${rows.length} ${english ? "rows" : "行"}`;
      nothing.textContent = english ? `No row fits the filter (of ${all})` : `没有符合筛选的行（共 ${all}）`;
      nothing.hidden = shown > 0;
      output.textContent = !shown ? nothing.textContent : shown < rows.length ? `${shown} / ${all}` : all;
      form.classList.toggle("active", wanted.length > 0);
    };
    const set = (field, value) => {
      if (field.type === "checkbox") field.checked = Boolean(value);
      else field.value = value;
    };
    const first = new URLSearchParams(table.dataset.filter || "");
    const linked = place && table.querySelector(`#${CSS.escape(place)}`);
    for (const field of fields) {
      const name = `${prefix}.${field.name}`;
      set(field, query.get(name) ?? (linked ? "" : first.get(field.name)) ?? "");
      field.addEventListener("input", () => {
        const value = given(field);
        remember(name, value);
        if (!value && first.has(field.name)) query.set(name, ""), remember(`${prefix}.`, "");
        apply();
      });
    }
    document.addEventListener("scorecard:look", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      for (const field of fields) {
        set(field, "");
        remember(`${prefix}.${field.name}`, "");
      }
      apply();
    });
    apply();
  }
})();
