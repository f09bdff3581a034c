"use strict";
// Convenience only: without this script the page is complete and every device is open.
(() => {
  const byId = (id) => document.getElementById(id);
  const list = byId("list");
  if (!list) return;
  for (const table of document.querySelectorAll("table.devices:not(#list)")) {
    list.append(...table.tBodies);
    table.remove();
  }
  const rows = Array.from(list.tBodies);
  const details = (row) => row.querySelector("details");
  const controls = byId("controls");
  const [query, outcome, maker, shown] = ["q", "fo", "fm", "shown"].map(byId);
  const pattern = shown.textContent;
  const cell = (row, column) => row.rows[0].cells[column];
  const makerOf = (row) => cell(row, 3).firstChild.textContent;
  const texts = new Map();
  let previous = "";

  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };

  const say = (count) => {
    shown.textContent = pattern.replace("{shown}", count).replace("{total}", rows.length);
  };

  const filter = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const keep = (!outcome.value || row.className === outcome.value)
        && (!maker.value || makerOf(row) === maker.value)
        && words.every((word) => textOf(row).includes(word));
      row.hidden = !keep;
      if (keep) count += 1;
    }
    controls.classList.toggle("filtered", count < rows.length);
    say(count);
  };

  const clear = () => {
    query.value = outcome.value = maker.value = "";
    filter();
  };

  // The sentences of a finding are shown again where they apply, once somebody looks.
  const reveal = (row) => {
    const reference = row.querySelector("a.fl");
    if (!reference || row.querySelector(".verdicts")) return;
    const finding = byId(reference.hash.slice(1));
    const sentences = finding && finding.querySelector(".verdicts");
    if (sentences) reference.closest("p").after(sentences.cloneNode(true));
  };

  const setAll = (open) => {
    for (const row of rows) if (!row.hidden) details(row).open = open;
  };

  const goTo = () => {
    const row = rows.find((item) => "#" + item.id === location.hash);
    if (!row) return;
    if (row.hidden) clear();
    reveal(row);
    details(row).open = true;
    row.scrollIntoView();
  };

  const sortBy = (column, heading) => {
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const order = Array.from(outcome.options, (option) => option.value);
    const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
    const keyed = rows.map((row) => [cell(row, column).textContent.trim(), row]);
    const compare = column === 0
      ? (a, b) => order.indexOf(a[1].className) - order.indexOf(b[1].className)
      : (a, b) => (a[0] === "") - (b[0] === "") || collator.compare(a[0], b[0]);
    keyed.sort((a, b) => (down ? -compare(a, b) : compare(a, b)));
    list.append(...keyed.map(([, row]) => row));
  };

  const copy = async (event) => {
    const link = event.target.closest("a.here");
    if (!link) return;
    try {
      await navigator.clipboard.writeText(link.href);
      shown.textContent = byId("copied").textContent;
    } catch {
      // No clipboard here: the address bar shows the link.
    }
  };

  Array.from(list.tHead.rows[0].cells).forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.title = byId("sortby").textContent.replace("{column}", heading.textContent);
    button.textContent = heading.textContent;
    button.addEventListener("click", () => sortBy(column, heading));
    heading.replaceChildren(button);
  });
  const collator = new Intl.Collator(document.documentElement.lang);
  for (const name of Array.from(new Set(rows.map(makerOf))).sort(collator.compare)) {
    const option = document.createElement("option");
    option.value = option.textContent = name;
    maker.append(option);
  }
  for (const control of [query, outcome, maker]) control.addEventListener("input", filter);
  byId("clear").addEventListener("click", clear);
  byId("open").addEventListener("click", () => setAll(true));
  byId("close").addEventListener("click", () => setAll(false));
  list.addEventListener("click", (event) => {
    if (event.target.closest("summary")) reveal(event.target.closest("tbody"));
    copy(event);
  });
  addEventListener("hashchange", goTo);
  addEventListener("beforeprint", () => {
    previous = rows.filter((row) => details(row).open);
    setAll(true);
  });
  addEventListener("afterprint", () => {
    setAll(false);
    for (const row of previous) details(row).open = true;
  });
  setAll(false);
  say(rows.length);
  controls.hidden = false;
  goTo();
})();
