// Latency and throughput of a case that sent enough to measure them.

const PLOT = { width: 520, height: 150, left: 64, bottom: 22, top: 8 };

function bytesText(value) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    ++unit;
  }
  return `${value.toFixed(value < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}

const millisecondsText = (value) => `${value < 1 ? value.toFixed(2) : value.toFixed(1)} ms`;

/// One curve over time. @param draw  makes the marks of the points in pixels.
function plot(points, label, text, draw) {
  const from = points[0][0];
  const span = Math.max(points[points.length - 1][0] - from, 1e-9);
  const most = Math.max(...points.map(([, value]) => value), 1e-9);
  const wide = PLOT.width - PLOT.left - 4;
  const tall = PLOT.height - PLOT.top - PLOT.bottom;
  const x = (seconds) => PLOT.left + ((seconds - from) / span) * wide;
  const y = (value) => PLOT.top + tall - (value / most) * tall;
  const svg = shape("svg", { viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, role: "img",
    "aria-label": `${label}, at most ${text(most)}` });
  for (const share of [0, 0.5, 1]) {
    svg.append(
      shape("line", { class: "tick", x1: PLOT.left, x2: PLOT.width, y1: y(most * share),
        y2: y(most * share) }),
      shape("text", { x: PLOT.left - 6, y: y(most * share) + 4, "text-anchor": "end" },
        text(most * share)),
    );
  }
  for (const [share, anchor] of [[0, "start"], [1, "end"]]) {
    svg.append(shape("text", { x: x(from + span * share), y: PLOT.height - 6,
      "text-anchor": anchor }, `${(from + span * share).toFixed(3)} s`));
  }
  svg.append(...draw(points.map(([at, value]) => [x(at), y(value)])));
  return element("figure", {}, svg, element("figcaption", {}, label));
}

const dots = (points) => points.map(([cx, cy]) => shape("circle", { class: "point", cx, cy, r: 2 }));

const curve = (points) => [shape("polyline", { class: "curve",
  points: points.map((point) => point.map((n) => n.toFixed(1)).join(",")).join(" ") })];

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function plotsOf(traffic) {
  const place = element("div", { class: "plots" });
  for (const [way, words] of [["in", "client to server"], ["out", "server to client"]]) {
    const measured = traffic[way];
    if (measured) {
      const typical = millisecondsText(median(measured.latency.map(([, value]) => value)));
      place.append(
        plot(measured.latency, `Latency, ${words}: ${measured.pdus} PDUs, median ${typical}`,
          millisecondsText, dots),
        plot(measured.rate, `Throughput, ${words}: ${bytesText(measured.bytes)}`,
          (value) => `${bytesText(value)}/s`, curve),
      );
    }
  }
  return place;
}
