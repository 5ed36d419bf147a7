// The bytes of a PDU, and what each of them is.

const PER_LINE = 16;

const bytesOf = (hex) => hex.match(/../g)?.map((pair) => parseInt(pair, 16)) ?? [];

function facts(pairs) {
  const list = element("dl", { class: "facts" });
  for (const [name, value] of pairs) {
    list.append(element("div", {}, element("dt", {}, name), element("dd", {}, value)));
  }
  return list;
}

function hexGrid(bytes) {
  const grid = element("pre", { class: "hex", tabindex: "0", "aria-label": "Bytes" });
  for (let from = 0; from < bytes.length; from += PER_LINE) {
    const line = bytes.slice(from, from + PER_LINE);
    grid.append(element("span", { class: "offset" }, from.toString(16).padStart(4, "0")), "  ");
    line.forEach((byte, at) => {
      grid.append(element("span", { "data-o": from + at }, byte.toString(16).padStart(2, "0")),
        at % 8 === 7 ? "  " : " ");
    });
    grid.append(" ".repeat((PER_LINE - line.length) * 3 + (line.length < 8 ? 1 : 0) +
      (line.length < PER_LINE ? 1 : 0)));
    grid.append(element("span", { class: "ascii" },
      line.map((byte) => (byte > 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join("")));
    grid.append("\n");
  }
  return grid;
}

function fieldTable(item, layout) {
  const table = element("table", { class: "fields" });
  const head = element("tr");
  for (const name of ["Bytes", "Field", "Value", "Section"]) {
    head.append(element("th", { scope: "col" }, name));
  }
  const body = element("tbody");
  layout.forEach(([offset, size, name, section], at) => {
    const range = size > 1 ? `${offset}–${offset + size - 1}` : `${offset}`;
    const row = element("tr", { "data-from": offset, "data-to": offset + size });
    row.append(element("td", { class: "num" }, size === 0 ? "" : range),
      element("th", { scope: "row" }, name), element("td", {}, item.v[at]),
      element("td", {}, section));
    body.append(row);
  });
  table.append(element("thead", {}, head), body);
  return table;
}

/// A field and its bytes light up together, whichever of the two is pointed at.
function link(grid, table) {
  const lightUp = (row) => {
    for (const lit of findAll(".lit", table.parentNode.parentNode)) {
      lit.classList.remove("lit");
    }
    if (row) {
      row.classList.add("lit");
      for (let at = Number(row.dataset.from); at < Number(row.dataset.to); ++at) {
        find(`[data-o="${at}"]`, grid)?.classList.add("lit");
      }
    }
  };
  table.addEventListener("mouseover", (event) => lightUp(event.target.closest("tr[data-from]")));
  grid.addEventListener("mouseover", (event) => {
    const at = event.target.dataset.o;
    lightUp(at === undefined ? null : findAll("tr[data-from]", table).find((row) =>
      Number(row.dataset.from) <= at && at < Number(row.dataset.to)));
  });
}

function pduView(item, layouts) {
  const bytes = bytesOf(item.x);
  const view = element("div", { class: "pdu" });
  view.append(facts([["PDU", item.name], ["Size", `${item.size} bytes`],
    ["At", `${item.t.toFixed(6)} s`], ["Offset in its stream", `${item.at}`]]));
  if (item.e) {
    view.append(element("p", { class: "notice" }, `It does not decode: ${item.e}`));
  }
  if (bytes.length < item.size) {
    view.append(element("p", { class: "n" },
      `The journal keeps the first ${bytes.length} of its bytes.`));
  }
  const grid = hexGrid(bytes);
  const table = fieldTable(item, layouts[item.l]);
  view.append(element("div", { class: "pdu-parts" }, grid,
    element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Fields" },
      table)));
  link(grid, table);
  return view;
}

function headView(item) {
  const view = element("div", { class: "pdu" }, facts([["HTTP head", `${item.size} bytes`],
    ["At", `${item.t.toFixed(6)} s`]]));
  if (item.e) {
    view.append(element("p", { class: "notice" }, `It cannot be parsed: ${item.e}`));
  }
  view.append(element("pre", { tabindex: "0" }, item.head));
  return view;
}

function itemView(item, layouts) {
  if (item.head !== undefined) {
    return headView(item);
  }
  if (item.is !== undefined) {
    return element("div", { class: "pdu" }, facts([["Stray bytes", item.is],
      ["Size", `${item.size} bytes`], ["At", `${item.t.toFixed(6)} s`]]), hexGrid(bytesOf(item.x)));
  }
  return pduView(item, layouts);
}

/// What a row of the ladder stands for; of a run, one PDU at a time.
function fillDetail(detail, line, layouts) {
  const place = element("div");
  const show = (index) => place.replaceChildren(itemView(line.i[index], layouts));
  detail.replaceChildren(element("h4", {}, `${line.g} #${line.n}  ${line.w}`));
  if (line.i.length > 1) {
    const choice = element("select");
    line.i.forEach((item, index) => choice.append(element("option", { value: index },
      `${index + 1}: ${item.name}, ${item.size} bytes, ${item.t.toFixed(6)} s`)));
    choice.addEventListener("change", () => show(Number(choice.value)));
    const of = line.m > line.i.length ? ` (the first ${line.i.length} of ${line.m})` : "";
    detail.append(element("label", { class: "which" }, `PDU${of} `, choice));
  }
  show(0);
  detail.append(place);
  detail.hidden = false;
}
