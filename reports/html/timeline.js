// When each case ran, side by side.

/// Bars in as few lanes as they fit into, in the order in which they began.
function inLanes(bars) {
  const ends = [];
  for (const bar of [...bars].sort((a, b) => a.from - b.from)) {
    let lane = ends.findIndex((end) => end <= bar.from);
    lane = lane < 0 ? ends.length : lane;
    ends[lane] = bar.to;
    bar.lane = lane;
  }
  return ends.length;
}

/// A round number of seconds between two marks, so that there are about ten.
function tickOf(span) {
  const rough = span / 10;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * power).find((tick) => tick >= rough);
}

function tickText(value, tick) {
  return `${value.toFixed(Math.max(0, Math.ceil(-Math.log10(tick))))} s`;
}

function drawTimeline(place, width) {
  const bars = rows.filter((row) => Number(row.dataset.t) > 0).map((row) => ({
    row,
    from: Number(row.dataset.s),
    to: Number(row.dataset.s) + Number(row.dataset.t),
  }));
  const lanes = inLanes(bars);
  const tall = Math.max(4, Math.min(14, Math.floor(360 / lanes)));
  const end = bars.reduce((most, bar) => Math.max(most, bar.to), 0);
  const x = (seconds) => (seconds / end) * (width - 2) + 1;
  const svg = shape("svg", { width, height: lanes * tall + 22, role: "img",
    "aria-label": `${bars.length} cases in ${end.toFixed(1)} seconds, up to ${lanes} at a time` });
  const tick = tickOf(end);
  for (let at = 0; at <= end; at += tick) {
    svg.append(shape("line", { class: "tick", x1: x(at), x2: x(at), y1: 0, y2: lanes * tall }));
    const last = x(at) > width - 40;
    svg.append(shape("text", { x: x(at), y: lanes * tall + 15,
      "text-anchor": at === 0 ? "start" : last ? "end" : "middle" }, tickText(at, tick)));
  }
  for (const bar of bars) {
    const id = find("th", bar.row).firstChild;
    const rect = shape("rect", { class: `case-bar-${bar.row.dataset.v}`, x: x(bar.from),
      y: bar.lane * tall, width: Math.max(1.5, x(bar.to) - x(bar.from) - 0.5), height: tall - 1 });
    rect.append(shape("title", {}, `${bar.row.dataset.v} ${id.textContent}, ` +
      `${bar.from.toFixed(2)} to ${bar.to.toFixed(2)} s`));
    if (id.hash) {
      rect.classList.add("openable");
      rect.addEventListener("click", () => { location.hash = id.hash; });
    }
    svg.append(rect);
  }
  place.replaceChildren(svg);
}

function startTimeline() {
  const place = find("#timeline-diagram");
  if (place) {
    let drawn = 0;
    new ResizeObserver(([entry]) => {
      const width = Math.floor(entry.contentRect.width);
      if (width > 0 && width !== drawn) {
        drawn = width;
        drawTimeline(place, width);
      }
    }).observe(place);
  }
}
