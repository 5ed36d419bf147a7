// One case at a time: the fragment of the address says which.

/// The ladder is drawn when it is looked at: thousands of cases cost nothing.
function fillCase(part) {
  const place = find(".diagram", part);
  const evidence = find("script.evidence", part);
  if (!evidence || place.firstChild) {
    return;
  }
  const { rows: lines, layouts, traffic } = JSON.parse(evidence.textContent);
  const detail = element("div", { class: "detail", role: "region", "aria-label": "What was opened",
    "aria-live": "polite" });
  detail.hidden = true;
  const ladder = new Ladder(lines, (line) => fillDetail(detail, line, layouts));
  place.append(element("div", {}, ladder.node, detail), ...(traffic ? [plotsOf(traffic)] : []));
  new ResizeObserver(([entry]) => ladder.draw(Math.floor(entry.contentRect.width)))
    .observe(ladder.node);
}

const overview = { scroll: 0, link: null };

function caseOf(hash) {
  const id = decodeURIComponent(hash.slice(1));
  return id.startsWith("case/") ? document.getElementById(id) : null;
}

const shownCase = () => find("#details > .case.shown");

function showCase(part) {
  const root = document.documentElement;
  if (!root.classList.contains("viewing")) {
    overview.scroll = scrollY;
    overview.link = document.activeElement;
  }
  shownCase()?.classList.remove("shown");
  part.classList.add("shown");
  root.classList.add("viewing");
  fillCase(part);
  scrollTo(0, 0);
  part.focus({ preventScroll: true });
}

function showOverview() {
  const root = document.documentElement;
  if (!root.classList.contains("viewing")) {
    return;
  }
  root.classList.remove("viewing");
  shownCase()?.classList.remove("shown");
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (target) {
    target.scrollIntoView();
  } else {
    scrollTo(0, overview.scroll);
    overview.link?.focus({ preventScroll: true });
  }
}

function follow() {
  const part = caseOf(location.hash);
  if (part) {
    showCase(part);
  } else {
    showOverview();
  }
}

/// The neighbour among the rows that the filters leave, in the table's order.
function step(by) {
  const links = rows.filter((row) => !row.hidden).map((row) => find("th a", row)).filter(Boolean);
  const at = links.findIndex((link) => caseOf(link.hash) === shownCase());
  const next = links[at < 0 ? 0 : at + by];
  if (next) {
    location.hash = next.hash;
  }
}

function back() {
  history.pushState(null, "", location.pathname + location.search);
  follow();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const typing = event.target.matches?.("input, select, textarea");
  if (shownCase()) {
    const actions = { Escape: back, j: () => step(1), k: () => step(-1) };
    if (!typing && actions[event.key]) {
      event.preventDefault();
      actions[event.key]();
    }
  } else if (event.key === "/" && !typing) {
    event.preventDefault();
    find("#f-text").focus();
  }
}

function startShowingCases() {
  const bar = find("#case-bar");
  const button = (text, action) => {
    const made = element("button", { type: "button" }, text);
    made.addEventListener("click", action);
    return made;
  };
  const key = (name) => element("kbd", {}, name);
  bar.append(
    button("← All cases", back),
    button("Previous", () => step(-1)),
    button("Next", () => step(1)),
    element("span", { class: "keys" }, key("k"), " ", key("j"), " previous, next · ", key("Esc"),
      " all cases"),
  );
  bar.hidden = false;
  addEventListener("hashchange", follow);
  addEventListener("popstate", follow);
  document.addEventListener("keydown", onKey);
  follow();
}
