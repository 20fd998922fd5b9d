"use strict";
// Adds a cursor to a page that is complete without it. All text goes in as text, never as markup.
(function () {
  const STORES = [[1, "Jobs"], [0, "Redis"], [2, "Database"], [3, "Outside"]];
  const CHECKPOINT_EVERY = 64;
  const edits = JSON.parse(document.getElementById("edits").textContent);
  const list = document.getElementById("rows");
  const rows = Array.from(list.children);
  const moment = document.getElementById("moment");
  const checkpoints = [new Map()];
  let cursor = 0;

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // --- what was held: a map from store and group to its lines; groups are replaced, never changed

  function apply(state, [store, group, note, at, went, came]) {
    const key = store + " " + group;
    if (note === null) {
      state.delete(key);
      return;
    }
    const old = state.get(key);
    const lines = old ? old.lines.slice() : [];
    lines.splice(at, went.length, ...came);
    state.set(key, {store, group, note, lines});
  }

  function step(state, row) {
    const [hidden, own] = edits[row] || [[], []];
    for (const edit of hidden.concat(own)) apply(state, edit);
  }

  function stateAfter(row) {
    let next = Math.min(Math.floor((row + 1) / CHECKPOINT_EVERY), checkpoints.length - 1);
    const state = new Map(checkpoints[next]);
    for (let i = next * CHECKPOINT_EVERY; i <= row; i++) {
      step(state, i);
      if ((i + 1) % CHECKPOINT_EVERY === 0 && (i + 1) / CHECKPOINT_EVERY === checkpoints.length)
        checkpoints.push(new Map(state));
    }
    return state;
  }

  // --- the moment at the cursor

  function changesOf(row) {
    const [hidden, own, apart] = edits[row] || [[], []];
    return rows[row].classList.contains("folds") ? hidden : apart || own;
  }

  function showChanges(row) {
    const changes = changesOf(row);
    if (row >= edits.length)
      return element("p", "none", "The picture's room for states ends before this event.");
    if (!changes.length) return element("p", "none", "Nothing.");
    const shown = element("ul", "changes");
    for (const [, group, note, , went, came] of changes) {
      const only = went.length + came.length === 0;
      const more = note === null ? " is gone" : only ? ": " + note : "";
      shown.append(element("li", "group", group + more));
      for (const [lines, className, sign] of [[went, "went", "\u2212 "], [came, "came", "+ "]])
        for (const line of lines) {
          const item = element("li", className);
          item.append(element("span", "sign", sign), line);
          shown.append(item);
        }
    }
    return shown;
  }

  // What processes tell of themselves: below what is about jobs.
  function upkeep(group) {
    return Number(/^(p\d+(:work)?|faultline:.*|process.*|stat:.*)$/.test(group.group));
  }

  function showGroup(group, touched) {
    const item = element("li", touched ? "touched" : "");
    const name = element("b", "", group.group);
    const lines = element("ol");
    const fresh = touched ? touched[5].slice() : [];
    name.append(element("span", "note", "  " + group.note));
    for (const line of group.lines) {
      const at = fresh.indexOf(line);
      if (at >= 0) fresh.splice(at, 1);
      const item = element("li", at >= 0 ? "new" : line.length > 160 ? "long" : "", line);
      item.title = line;
      lines.append(item);
    }
    item.append(name, lines);
    return item;
  }

  function showStore(state, store, changes) {
    const groups = Array.from(state.values()).filter((group) => group.store === store);
    if (store === 0) groups.sort((a, b) => upkeep(a) - upkeep(b) || (a.group < b.group ? -1 : 1));
    if (!groups.length) return element("p", "none", "Empty.");
    const shown = element("ul", "holds");
    for (const group of groups)
      shown.append(showGroup(group, changes.find((e) => e[0] === store && e[1] === group.group)));
    return shown;
  }

  function showNow(row) {
    const now = element("p", "now");
    const what = rows[row].querySelector(".what");
    now.append(element("span", "at", rows[row].querySelector(".at").textContent));
    for (const part of what.querySelectorAll(".who, .label, .detail, .outcome, .folded"))
      now.append(part.cloneNode(true), " ");
    now.setAttribute("aria-live", "polite");
    return now;
  }

  function showMoment(row) {
    const state = stateAfter(row), changes = changesOf(row);
    moment.replaceChildren(showNow(row), element("h2", "", "What it changed"), showChanges(row));
    for (const [store, name] of STORES)
      moment.append(element("h2", "", name), showStore(state, store, changes));
  }

  // --- the cursor

  function moveTo(row, how) {
    row = Math.max(0, Math.min(rows.length - 1, row));
    rows[cursor].setAttribute("aria-selected", "false");
    cursor = row;
    rows[row].setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", rows[row].id);
    showMoment(row);
    if (how !== "quietly") {
      rows[row].scrollIntoView({block: "nearest"});
      history.replaceState(null, "", "#" + rows[row].id);
    }
  }

  function find(from, way, holds) {
    for (let i = 1; i <= rows.length; i++) {
      const row = (from + way * i + rows.length * 2) % rows.length;
      if (holds(rows[row])) return row;
    }
    return -1;
  }

  const search = element("input");
  const found = element("span");

  function matches(row) {
    const wanted = search.value.trim().toLowerCase();
    return wanted !== "" && row.textContent.toLowerCase().includes(wanted);
  }

  function markMatches() {
    let count = 0;
    for (const row of rows) {
      const is = matches(row);
      row.classList.toggle("match", is);
      count += is;
    }
    found.textContent = search.value.trim() ? count + " found" : "";
  }

  function moveToMatch(way) {
    const row = find(cursor, way, matches);
    if (row >= 0) moveTo(row);
  }

  const KEYS = {
    ArrowDown: () => moveTo(cursor + 1),
    ArrowUp: () => moveTo(cursor - 1),
    j: () => moveTo(cursor + 1),
    k: () => moveTo(cursor - 1),
    PageDown: () => moveTo(cursor + 15),
    PageUp: () => moveTo(cursor - 15),
    Home: () => moveTo(0),
    End: () => moveTo(rows.length - 1),
    n: () => moveToMatch(1),
    N: () => moveToMatch(-1),
    f: () => {
      const row = find(cursor, 1, (r) => r.classList.contains("fault"));
      if (row >= 0) moveTo(row);
    },
    "/": () => search.focus(),
  };

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === search) {
      if (event.key === "Enter") moveToMatch(event.shiftKey ? -1 : 1);
      if (event.key === "Escape") list.focus();
      return;
    }
    if (!KEYS[event.key] || moment.contains(event.target)) return;
    event.preventDefault();
    KEYS[event.key]();
  }

  // --- the page takes its cursor

  function unfold(row) {
    const details = row.querySelector("details.what");
    if (!details) return;
    const plain = element("div", "what");
    plain.append(...details.querySelector("summary").childNodes);
    const mark = element("span", "changed");
    mark.title = "changed something";
    plain.append(mark);
    details.replaceWith(plain);
  }

  function addTools() {
    search.type = "search";
    search.placeholder = "find";
    search.setAttribute("aria-label", "Find in the events");
    search.addEventListener("input", markMatches);
    found.setAttribute("role", "status");
    const keys = element("span");
    for (const [key, means] of [["\u2191 \u2193", "move"], ["/", "find"], ["n", "next found"], ["f", "next fault"]])
      keys.append(element("kbd", "", key), " " + means + "  ");
    document.getElementById("tools").append(keys, found, search);
  }

  rows.forEach((row, i) => {
    unfold(row);
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    row.addEventListener("click", () => {
      if (String(getSelection()) === "") moveTo(i);
    });
  });
  list.setAttribute("role", "listbox");
  list.tabIndex = 0;
  addTools();
  moment.hidden = false;
  moment.tabIndex = 0;
  document.body.classList.add("has-moment");
  document.addEventListener("keydown", onKey);
  addEventListener("hashchange", () => {
    const row = rows.findIndex((r) => "#" + r.id === location.hash);
    if (row >= 0 && row !== cursor) moveTo(row);
  });
  const named = rows.findIndex((row) => "#" + row.id === location.hash);
  const outlined = rows.findIndex((row) => row.classList.contains("outlined"));
  if (rows.length) moveTo(named >= 0 ? named : outlined >= 0 ? outlined : rows.length - 1, "quietly");
})();
