// The ladder of a case: client, proxy and servers side by side, time from top to bottom.

const SVG = "http://www.w3.org/2000/svg";
const FOLD = 0.5; // seconds without anything that are worth a line of their own
const CHARACTER = 6.65; // pixels, of the diagram's font
const LEFT = 84; // pixels, of the times
const LEAST = 640; // pixels; narrower screens scroll
const HEIGHTS = { fold: 24, step: 26, due: 24, unmet: 46 };
const HEIGHT = 25;

function shape(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

function shortened(text, width) {
  const most = Math.max(4, Math.floor(width / CHARACTER));
  const line = text.replaceAll("\n", " ");
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

const secondsText = (seconds) => `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;

/// Rows with lines for the times in which nothing happened.
function folded(rows) {
  const lines = [];
  let last = rows.length > 0 ? rows[0].t : 0;
  for (const row of rows) {
    if (row.t - last > FOLD) {
      lines.push({ k: "fold", t: last, w: `${secondsText(row.t - last)} without anything` });
    }
    lines.push(row);
    last = row.t;
  }
  return lines;
}

class Ladder {
  constructor(rows, onOpen) {
    this.lines = folded(rows);
    this.onOpen = onOpen;
    this.chosen = -1; // the line that is open
    this.body = element("div", { class: "ladder-body" });
    this.head = element("div", { class: "ladder-head", "aria-hidden": "true" });
    this.node = element("div", { class: "ladder", tabindex: "0", role: "group",
      "aria-label": "Ladder diagram; up and down go through what can be opened" });
    this.node.append(this.head, this.body);
    this.node.addEventListener("keydown", (event) => this.onKey(event));
  }

  /// Draws for a width in pixels; again where it has changed.
  draw(width) {
    if (width === this.width || width === 0) {
      return;
    }
    this.width = width;
    const wide = Math.max(width, LEAST);
    this.client = LEFT + 8;
    this.server = wide - 12;
    this.proxy = (this.client + this.server) / 2;
    let height = 8;
    let unmet = 0;
    const groups = this.lines.map((line, index) => {
      const group = this.drawLine(line, height, index);
      unmet ||= line.k === "unmet" ? height : 0;
      height += HEIGHTS[line.k] ?? HEIGHT;
      return group;
    });
    const svg = shape("svg", { width: wide, height: height + 8 });
    for (const x of [this.client, this.proxy, this.server]) {
      svg.append(shape("line", { class: "life", x1: x, x2: x, y1: 0, y2: height + 8 }));
    }
    svg.append(...groups);
    const isFirst = !this.body.firstChild;
    this.body.replaceChildren(svg);
    if (isFirst && unmet > 0) { // what was not seen is what one comes for
      this.node.scrollTop = unmet - this.node.clientHeight / 4;
    }
    this.openable = groups.filter((group) => group.hasAttribute("role"));
    groups[this.chosen]?.classList.add("chosen");
    this.openable[0]?.setAttribute("tabindex", "0");
    this.head.style.width = `${wide}px`;
    this.head.replaceChildren(...[["client", this.client], ["proxy", this.proxy],
      ["servers", this.server]].map(([name, x]) => {
      const label = element("span", { class: name }, name);
      label.style.left = `${x}px`;
      return label;
    }));
  }

  drawLine(line, y, index) {
    const group = shape("g", { class: `row ${line.k}` });
    if (!line.i) {
      group.append(shape("title", {}, line.w));
    }
    if (line.k !== "fold") {
      group.append(shape("text", { class: "time", x: LEFT - 8, y: y + 15 }, line.t.toFixed(3)));
    }
    if (line.k === "fold") {
      this.drawFold(group, line, y);
    } else if (line.k === "unmet" || line.k === "due") {
      this.drawUnmet(group, line, y);
    } else if (line.s === undefined) {
      this.drawBand(group, line, y);
    } else {
      this.drawTravel(group, line, y);
    }
    if (line.i) {
      this.makeOpenable(group, line, y, index);
    }
    return group;
  }

  drawFold(group, line, y) {
    for (const x of [this.client, this.proxy, this.server]) {
      group.append(
        shape("rect", { class: "cut", x: x - 2, y: y + 6, width: 4, height: 12 }),
        shape("path", { class: "zigzag", d: `M${x} ${y + 4} l4 4 l-8 5 l4 5` }),
      );
    }
    group.append(shape("text", { class: "words", x: this.client + 14, y: y + 16 }, line.w));
  }

  drawBand(group, line, y) {
    if (line.k === "step") {
      group.append(shape("rect", { class: "band", x: LEFT, y: y + 2,
        width: this.server - LEFT + 6, height: 20 }));
    }
    const width = this.server - this.client - 16;
    group.append(shape("text", { class: "words", x: this.client + 8, y: y + 16 },
      shortened(line.w, width)));
  }

  /// The two ends of the lane that a connection is drawn in.
  lane(line) {
    return line.s === "c" ? [this.client, this.proxy] : [this.proxy, this.server];
  }

  drawTravel(group, line, y) {
    const [from, to] = this.lane(line);
    const size = line.k === "pdu" && line.i ? `${line.i[0].size} B` : "";
    const tag = `${line.g} #${line.n} `;
    const room = to - from - 20 - (size.length + 1) * CHARACTER - tag.length * CHARACTER;
    const text = shape("text", { class: "words", x: from + 8, y: y + 14 });
    text.append(shape("tspan", { class: `tag ${line.g.split(" ")[0].toLowerCase()}` }, tag),
      shortened(line.w, room));
    group.append(text);
    if (size !== "") {
      group.append(shape("text", { class: "size", x: to - 10, y: y + 14 }, size));
    }
    if (line.d) {
      const [tail, tip] = line.d > 0 ? [from, to] : [to, from];
      group.append(
        shape("line", { class: "arrow", x1: tail, x2: tip - 5 * line.d, y1: y + 20, y2: y + 20 }),
        shape("path", { class: "tip", d: `M${tip - line.d} ${y + 20} l${-8 * line.d} -4 v8 z` }),
      );
    } else {
      const x = line.s === "c" ? from : to;
      group.append(shape("circle", { class: "dot", cx: x, cy: y + 11, r: 3 }));
    }
  }

  /// A deadline crosses everything; what was not seen stands where it should have come.
  drawUnmet(group, line, y) {
    if (line.k === "due") {
      group.append(
        shape("line", { class: "due-line", x1: LEFT, x2: this.server, y1: y + 20, y2: y + 20 }),
        shape("text", { class: "words", x: this.client + 8, y: y + 15 },
          shortened(line.w, this.server - this.client - 16)),
      );
      return;
    }
    const [from, to] = line.s ? this.lane(line) : [this.client, this.server];
    group.append(shape("rect", { class: "box", x: from + 1, y: y + 3, width: to - from - 2,
      height: 40 }));
    line.w.split("\n").slice(0, 2).forEach((words, at) => {
      group.append(shape("text", { class: "words", x: from + 10, y: y + 19 + 16 * at },
        shortened(at === 0 ? `✕ ${words}` : words, to - from - 20)));
    });
  }

  makeOpenable(group, line, y, index) {
    const [from, to] = this.lane(line);
    const hit = shape("rect", { class: "hit", x: from + 1, y, width: to - from - 2,
      height: HEIGHT });
    hit.append(shape("title", {}, line.w)); // all of it, where the row shows its beginning
    group.prepend(hit);
    group.setAttribute("role", "button");
    group.setAttribute("tabindex", "-1");
    group.classList.add("openable");
    group.addEventListener("click", () => this.open(group, index));
  }

  open(group, index) {
    find(".chosen", this.body)?.classList.remove("chosen");
    this.chosen = index;
    group.classList.add("chosen");
    this.onOpen(this.lines[index]);
  }

  onKey(event) {
    const at = this.openable.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.openable.length - 1 };
    if (event.key in next) {
      event.preventDefault();
      const to = this.openable[next[event.key]];
      if (to) {
        this.openable.forEach((group) => group.setAttribute("tabindex", "-1"));
        to.setAttribute("tabindex", "0");
        to.focus();
      }
    } else if ((event.key === "Enter" || event.key === " ") && at >= 0) {
      event.preventDefault();
      this.openable[at].dispatchEvent(new MouseEvent("click"));
    }
  }
}
