"use strict";
// Filters, groups, order and folding of the list of devices. Short reports hold every device in the
// page and are complete without this script; long ones hold their evidence as data (see _devices.py).
(() => {
  const byId = (id) => document.getElementById(id);
  const list = byId("list");
  if (!list) return;
  const data = JSON.parse(byId("data").textContent);
  const [OUTCOME, MAKER, NETWORK, RULES, CHANGES] = [0, 1, 2, 3, 4];
  const controls = byId("controls");
  const pager = byId("pager");
  const [query, group, sort, shown] = ["q", "group", "sort", "shown"].map(byId);
  const language = document.documentElement.lang;
  const collator = new Intl.Collator(language, { numeric: true });
  const long = data.pieces !== null;
  const total = data.rows.length;

  // Our own markup, as text: only these elements and attributes, made one by one; the parser never sees it.
  const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": "\"", "&#x27;": "'" };
  const TAGS = new Set(["a", "b", "code", "dd", "div", "dl", "dt", "h3", "h4", "li", "ol", "p", "small",
    "span", "strong", "table", "tbody", "td", "th", "tr", "ul"]);
  const NAMES = new Set(["aria-label", "class", "colspan", "href", "id", "rel", "scope"]);
  const TOKEN = /<(\/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")*)>|([^<]+)/g;
  const ATTRIBUTE = / ([a-z-]+)="([^"]*)"/g;
  const plain = (text) => text.replace(/&(?:lt|gt|amp|quot|#x27);/g, (entity) => ENTITIES[entity]);
  const bare = (markup) => plain(markup.replace(/<[^>]*>/g, " "));

  const build = (markup, into) => {
    let place = into;
    for (const [, end, tag, attributes, text] of markup.matchAll(TOKEN)) {
      if (text !== undefined) {
        place.append(plain(text));
      } else if (end) {
        place = place.parentNode;
      } else {
        if (!TAGS.has(tag)) throw new Error(`a report holds no <${tag}>`);
        const made = document.createElement(tag);
        for (const [, name, value] of attributes.matchAll(ATTRIBUTE)) {
          if (!NAMES.has(name)) throw new Error(`a report holds no ${name}`);
          if (name === "href" && !/^(?:#|https:\/\/)/.test(value)) throw new Error("no address");
          made.setAttribute(name, plain(value));
        }
        place.append(made);
        place = made;
      }
    }
    return into;
  };

  const texts = Object.fromEntries(Object.entries(data.texts).map(([name, text]) => [name, plain(text)]));
  const names = Object.fromEntries(Object.entries(data.names).map(([kind, all]) => [kind, all.map(plain)]));
  const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const count = (number) => number.toLocaleString(language);

  // Two kinds of store: bodies that stand in the page, and bodies made from data when they are shown.
  const standing = () => {
    const bodies = Array.from(list.tBodies);
    const words = bodies.map((body) => body.textContent.toLowerCase());
    return {
      ids: bodies.map((body) => body.id),
      body: (index) => bodies[index],
      inside: () => {},
      finder: (word) => (index) => words[index].includes(word),
      cell: (index, column) => bodies[index].rows[0].cells[column].textContent.trim(),
    };
  };

  const stored = () => {
    const lines = byId("rows").textContent.split("\n").filter((line) => line.startsWith("<tbody"));
    const bodies = new Map();
    const words = [];
    const pieceWords = [];
    const inside = (index) => {
      const body = bodies.get(index);
      const place = body.querySelector(".in");
      if (!place.hasChildNodes()) {
        build(data.inside[index].map((number) => data.pieces[number]).join(""), place);
      }
    };
    const make = (index) => {
      const body = build(lines[index], document.createElement("table")).firstChild;
      const cell = body.insertRow().insertCell();
      cell.colSpan = data.columns;
      const fold = document.createElement("details");
      const summary = document.createElement("summary");
      const of = document.createElement("span");
      const place = document.createElement("div");
      of.className = "vh";
      of.textContent = fill(texts.of, { name: body.rows[0].cells[1].firstChild.textContent });
      place.className = "in";
      summary.append(texts.fold, of);
      fold.append(summary, place);
      fold.addEventListener("toggle", () => { if (fold.open) inside(index); });
      cell.append(fold);
      return body;
    };
    return {
      ids: lines.map((line) => line.slice(11, line.indexOf("\"", 11))),
      body: (index) => {
        if (!bodies.has(index)) bodies.set(index, make(index));
        return bodies.get(index);
      },
      inside,
      finder: (word) => {
        if (!words.length) {
          for (const line of lines) words.push(bare(line.slice(line.indexOf(">") + 1)).toLowerCase());
          for (const piece of data.pieces) pieceWords.push(bare(piece).toLowerCase());
        }
        const holds = pieceWords.map((text) => text.includes(word));
        return (index) => words[index].includes(word) || data.inside[index].some((number) => holds[number]);
      },
      cell: (index, column) => bare(lines[index].split(/<\/t[dh]>/)[column]).trim(),
    };
  };

  const store = long ? stored() : standing();
  const places = new Map(store.ids.map((id, index) => [id, index]));
  const fold = (index) => store.body(index).querySelector("details");
  let matching = [];
  let page = 0;
  let printing = false;
  let folded = new Set();
  let wasOpen = [];

  const filters = [
    [byId("fo"), "outcome", (row, value) => row[OUTCOME] === value],
    [byId("fm"), "maker", (row, value) => row[MAKER] === value],
    [byId("fn"), "network", (row, value) => row[NETWORK] === value],
    [byId("fr"), "rule", (row, value) => row[RULES].includes(value)],
    [byId("fc"), "change", (row, value) => row[CHANGES].includes(value)],
  ].filter(([select]) => select);

  const keys = {
    outcome: (row) => names.outcome[row[OUTCOME]],
    maker: (row) => names.maker[row[MAKER]],
    network: (row) => names.network[row[NETWORK]],
    rule: (row) => row[RULES].map((number) => names.rule[number]).join(texts.between) || texts.noRule,
    change: (row) => row[CHANGES].map((number) => names.change[number]).join(texts.between) || texts.noChange,
  };

  // Order: by the column that was asked for, else as written, which is attention first.
  let order = data.rows.map((_, index) => index);
  const arrange = (column, down) => {
    order = data.rows.map((_, index) => index);
    if (column !== "") {
      const texts = order.map((index) => (column === "0" ? "" : store.cell(index, Number(column))));
      order.sort((a, b) => (column === "0"
        ? data.rows[a][OUTCOME] - data.rows[b][OUTCOME]
        : (texts[a] === "") - (texts[b] === "") || collator.compare(texts[a], texts[b])));
      if (down) order.reverse();
    }
    for (const [at, heading] of Array.from(list.tHead.rows[0].cells).entries()) {
      if (String(at) === column) heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    }
  };

  const match = () => {
    const finders = query.value.toLowerCase().split(/\s+/).filter(Boolean).map(store.finder);
    const chosen = filters.filter(([select]) => select.value !== "")
      .map(([select, , test]) => (row) => test(row, Number(select.value)));
    matching = order.filter((index) => chosen.every((test) => test(data.rows[index]))
      && finders.every((find) => find(index)));
  };

  // What stands in the list: numbers of devices, and groups as [name, how many].
  const entries = () => {
    const key = keys[group.value];
    if (!key) return matching;
    const groups = new Map();
    for (const index of matching) {
      const name = key(data.rows[index]);
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(index);
    }
    const all = Array.from(groups);
    if (group.value !== "outcome") all.sort((a, b) => b[1].length - a[1].length || collator.compare(a[0], b[0]));
    return all.flatMap(([name, members]) => [[name, members.length], ...(folded.has(name) && !printing ? [] : members)]);
  };

  const groupBody = ([name, members]) => {
    const body = document.createElement("tbody");
    const heading = document.createElement("th");
    const button = document.createElement("button");
    body.className = "group";
    heading.colSpan = data.columns;
    heading.scope = "rowgroup";
    button.type = "button";
    button.textContent = fill(texts.group, { name, count: count(members) });
    button.setAttribute("aria-expanded", String(!folded.has(name)));
    button.addEventListener("click", () => {
      if (!folded.delete(name)) folded.add(name);
      show();
      const again = Array.from(list.querySelectorAll(".group button"));
      again.find((other) => other.textContent === button.textContent)?.focus();
    });
    heading.append(button);
    body.insertRow().append(heading);
    return body;
  };

  const show = () => {
    const all = entries();
    const size = printing ? Infinity : Math.max(data.page, long ? 0 : total * 2);
    const pages = Math.max(1, Math.ceil(all.length / size));
    page = Math.max(0, Math.min(page, pages - 1));
    const start = pages > 1 ? page * size : 0;
    const part = all.slice(start, start + size);
    for (const body of Array.from(list.tBodies)) body.remove();
    list.append(...part.map((entry) => (Array.isArray(entry) ? groupBody(entry) : store.body(entry))));
    controls.classList.toggle("filtered", matching.length < total);
    const told = { shown: count(matching.length), total: count(total), from: count(start + 1), to: count(start + part.length) };
    shown.textContent = fill(pages > 1 && !keys[group.value] ? texts.some : texts.shown, told);
    pager.hidden = pages < 2;
    byId("where").textContent = fill(texts.where, { page: page + 1, pages });
    byId("back").disabled = page === 0;
    byId("next").disabled = page === pages - 1;
  };

  const refresh = () => {
    page = 0;
    match();
    show();
  };

  const clear = () => {
    query.value = "";
    for (const [select] of filters) select.value = "";
    refresh();
  };

  const regroup = () => {
    folded = new Set();
    if (matching.length > data.page) {
      const key = keys[group.value];
      if (key) folded = new Set(matching.map((index) => key(data.rows[index])));
    }
    page = 0;
    show();
  };

  const sortBy = (column) => {
    const heading = list.tHead.rows[0].cells[column];
    const down = heading.getAttribute("aria-sort") === "ascending";
    sort.value = column === 0 ? "" : String(column);
    arrange(String(column), down);
    refresh();
  };

  // The sentences of a finding are shown again where they apply, once somebody looks.
  const reveal = (body) => {
    const reference = body.querySelector("a.fl");
    if (!reference || body.querySelector(".verdicts")) return;
    const sentences = byId(reference.hash.slice(1))?.querySelector(".verdicts");
    if (sentences) body.querySelector(".in").append(sentences.cloneNode(true));
  };

  const open = (index) => {
    store.body(index);
    store.inside(index);
    fold(index).open = true;
  };

  const present = () => Array.from(list.tBodies, (body) => places.get(body.id)).filter((index) => index !== undefined);

  const goTo = () => {
    const index = places.get(location.hash.slice(1));
    if (index === undefined) return;
    if (!matching.includes(index)) clear();
    const key = keys[group.value];
    if (key) folded.delete(key(data.rows[index]));
    page = Math.floor(entries().indexOf(index) / data.page);
    show();
    open(index);
    reveal(store.body(index));
    store.body(index).classList.add("target");
    store.body(index).scrollIntoView();
  };

  const copy = async (event) => {
    const link = event.target.closest("a.here");
    if (!link) return;
    try {
      await navigator.clipboard.writeText(link.href);
      shown.textContent = texts.copied;
    } catch {
      // No clipboard here: the address bar shows the link.
    }
  };

  for (const [select, kind] of filters) {
    const used = new Set(data.rows.flatMap((row) => row[{ outcome: OUTCOME, maker: MAKER, network: NETWORK, rule: RULES, change: CHANGES }[kind]]));
    const options = names[kind].map((name, number) => [name, number]).filter(([, number]) => used.has(number));
    if (kind !== "outcome" && kind !== "rule" && kind !== "change") options.sort((a, b) => collator.compare(a[0], b[0]));
    select.append(...options.map(([name, number]) => new Option(name, String(number))));
    if (kind === "network" && options.length < 2) select.closest("label").hidden = true;
    select.addEventListener("input", refresh);
  }
  for (const [column, heading] of Array.from(list.tHead.rows[0].cells).entries()) {
    const button = document.createElement("button");
    button.type = "button";
    button.title = fill(texts.sortBy, { column: heading.textContent });
    button.textContent = heading.textContent;
    button.addEventListener("click", () => sortBy(column));
    heading.replaceChildren(button);
  }
  query.addEventListener("input", refresh);
  group.addEventListener("input", regroup);
  sort.addEventListener("input", () => {
    arrange(sort.value, false);
    refresh();
  });
  byId("clear").addEventListener("click", clear);
  byId("open").addEventListener("click", () => present().forEach(open));
  byId("close").addEventListener("click", () => { for (const index of present()) fold(index).open = false; });
  byId("back").addEventListener("click", () => { page -= 1; show(); list.scrollIntoView(); });
  byId("next").addEventListener("click", () => { page += 1; show(); list.scrollIntoView(); });
  list.addEventListener("click", (event) => {
    const body = event.target.closest("tbody");
    if (event.target.closest("summary")) {
      store.inside(places.get(body.id));
      reveal(body);
    }
    copy(event);
  });
  addEventListener("hashchange", goTo);
  addEventListener("beforeprint", () => {
    wasOpen = present().filter((index) => fold(index).open);
    printing = true;
    show();
    const all = matching.length <= data.printed;
    if (byId("paper")) byId("paper").hidden = all;
    if (all) matching.forEach(open);
  });
  addEventListener("afterprint", () => {
    printing = false;
    for (const index of present()) fold(index).open = false;
    for (const index of wasOpen) fold(index).open = true;
    if (byId("paper")) byId("paper").hidden = true;
    show();
  });
  if (long) for (const part of [list, byId("long")]) part.hidden = false;
  else for (const index of order) fold(index).open = false;
  for (const plan of document.querySelectorAll("#plan details")) plan.open = false;
  controls.hidden = false;
  refresh();
  goTo();
})();
