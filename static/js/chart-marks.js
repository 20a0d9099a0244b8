/* What is said on a chart beside its series: thresholds, dated marks, spans, and the steps of a
   waterfall. Labels that would overlap give way. Exposes window.standing.chartMarks. */
(function () {
  "use strict";

  var ruler = document.createElement("canvas").getContext("2d");

  function textWidth(text, t) {
    ruler.font = "12px " + t.font;
    return ruler.measureText(text).width;
  }

  function dayNumber(value) {
    return Date.parse(value) / 86400000;
  }

  /* Range of x over all series and marks, with a little air to the right. */
  function timeRange(figure) {
    var given = figure.layout && figure.layout.xaxis && figure.layout.xaxis.range;
    if (given) return [dayNumber(given[0]), dayNumber(given[1])];
    var low = Infinity, high = -Infinity;
    figure.data.forEach(function (trace) {
      (trace.x || []).forEach(function (x) {
        var day = dayNumber(x);
        if (day < low) low = day;
        if (day > high) high = day;
      });
    });
    var air = Math.max(0.5, (high - low) * 0.012);
    return [low - air, high + air];
  }

  function iso(day) {
    return new Date(day * 86400000).toISOString();
  }

  function annotation(t, extra) {
    return Object.assign({
      showarrow: false, font: { size: 12, color: t.muted, family: t.font },
      xref: "x", yref: "y", borderpad: 1,
    }, extra);
  }

  /* How much runs through the box where a label would stand: values of lines, dated marks. */
  function crowding(figure, from, to, low, high) {
    var hits = 0;
    ((figure.standing || {}).marks || []).forEach(function (mark) {
      var day = dayNumber(mark.x);
      if (day >= from && day <= to) hits += 2;
    });
    figure.data.forEach(function (trace) {
      if (trace.type === "bar") return;
      (trace.x || []).forEach(function (x, i) {
        var day = dayNumber(x), y = trace.y[i];
        if (y !== null && day >= from && day <= to && y >= low && y <= high) hits += 1;
      });
    });
    return hits;
  }

  function addThresholds(figure, thresholds, box, t) {
    var perPixel = (box.days[1] - box.days[0]) / box.width;
    var unit = (box.y[1] - box.y[0]) / box.height;
    thresholds.forEach(function (line) {
      if (line.y < box.y[0] || line.y > box.y[1]) return;
      figure.layout.shapes.push({
        type: "line", xref: "paper", x0: 0, x1: 1, y0: line.y, y1: line.y, layer: "between",
        line: { color: t["chart-threshold"], width: 1, dash: "3px,3px" },
      });
      if (!line.label) return;
      var width = textWidth(line.label, t) * perPixel;
      var places = [];
      [["right", box.days[1] - width, box.days[1]], ["left", box.days[0], box.days[0] + width]].forEach(function (side) {
        [["bottom", line.y, line.y + 17 * unit], ["top", line.y - 17 * unit, line.y]].forEach(function (row) {
          if (row[2] > box.y[1]) return;
          places.push({ side: side[0], row: row[0], hits: crowding(figure, side[1], side[2], row[1], row[2]) });
        });
      });
      places.sort(function (a, b) { return a.hits - b.hits; });
      figure.layout.annotations.push(annotation(t, {
        text: line.label, xref: "paper", x: places[0].side === "right" ? 1 : 0,
        xanchor: places[0].side, y: line.y, yanchor: places[0].row, borderpad: 2,
      }));
    });
  }

  /* Words of people: the chart library reads tags in a text, and a note or a title may hold some. */
  function plain(words) {
    return String(words).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }

  function addSpans(figure, spans, box, t) {
    spans.forEach(function (span) {
      figure.layout.shapes.push({
        type: "rect", yref: "paper", x0: span.x0, x1: span.x1, y0: 0, y1: 1, layer: "below",
        line: { width: 0 }, fillcolor: window.standing.chartTheme.faded(t["chart-muted"], 0.12),
      });
      var room = (dayNumber(span.x1) - dayNumber(span.x0)) / (box.days[1] - box.days[0]) * box.width;
      if (span.label && textWidth(span.label, t) + 8 < room) {
        figure.layout.annotations.push(annotation(t, {
          text: plain(span.label), x: span.x0, xanchor: "left", yref: "paper", y: 0.01, yanchor: "bottom",
        }));
      }
    });
  }

  var SYMBOLS = { policy: "diamond", note: "triangle-up", today: "line-ns", move: "circle" };

  function addMarks(figure, marks, box, t) {
    var rows = [[], []];
    var known = [];
    marks.slice().sort(function (a, b) {
      return (a.role === "today" ? 0 : 1) - (b.role === "today" ? 0 : 1);
    }).forEach(function (mark) {
      var day = dayNumber(mark.x);
      if (!(day >= box.days[0] && day <= box.days[1])) return;
      known.push(mark);
      figure.layout.shapes.push({
        type: "line", yref: "paper", x0: mark.x, x1: mark.x, y0: 0, y1: 1, layer: "below",
        line: { color: mark.role === "today" ? t["line-strong"] : t["chart-threshold"], width: 1,
                dash: mark.role === "today" ? "solid" : "2px,3px" },
      });
      var at = (day - box.days[0]) / (box.days[1] - box.days[0]) * box.width;
      var width = textWidth(mark.label, t) + 10;
      var leftwards = at + width > box.width;
      var from = leftwards ? at - width : at;
      var row = rows.findIndex(function (taken) {
        return from >= -4 && taken.every(function (other) {
          return from >= other[1] || from + width <= other[0];
        });
      });
      if (row < 0) return; // its words stay in the hover and the table
      rows[row].push([from, from + width]);
      figure.layout.annotations.push(annotation(t, {
        text: plain(mark.label), x: mark.x, xanchor: leftwards ? "right" : "left",
        yref: "paper", y: 1, yanchor: "bottom", yshift: row * 15, borderpad: 2,
      }));
    });
    if (!known.length) return 0;
    figure.data.push({
      type: "scatter", mode: "markers", name: "", meta: { role: "mark" }, cliponaxis: false,
      x: known.map(function (m) { return m.x; }),
      y: known.map(function () { return box.y[0]; }),
      customdata: known.map(function (m) { return m.url || null; }),
      text: known.map(function (m) { return plain(m.label); }),
      hovertemplate: "%{text}<extra></extra>",
      marker: {
        size: known.map(function (m) { return m.role === "today" ? 1 : 9; }),
        color: t.muted, line: { color: t.surface, width: 1 },
        symbol: known.map(function (m) { return SYMBOLS[m.role] || "diamond"; }),
      },
    });
    return rows[1].length ? 2 : rows[0].length ? 1 : 0;
  }

  /* The part of the y range where the values are, with room for the labels of thresholds. */
  function closerRange(figure, full) {
    var low = Infinity, high = -Infinity;
    figure.data.forEach(function (trace) {
      if (trace.type === "bar") return;
      (trace.y || []).forEach(function (y) {
        if (y === null || y === undefined) return;
        low = Math.min(low, y);
        high = Math.max(high, y);
      });
    });
    if (low > high) return full;
    return [Math.max(full[0], low - 0.35), Math.min(full[1], high + 0.2)];
  }

  /* Seen from close, the lines at which the displayed number changes are what one looks for. */
  function addBoundaries(figure) {
    var range = figure.layout.yaxis.range;
    var rounds = figure.data.some(function (trace) { return (trace.meta || {}).role === "display"; });
    if (!rounds || range[1] - range[0] > 4) return;
    figure.standing = figure.standing || {};
    var lines = [];
    for (var n = Math.ceil(range[0]); n + 0.5 < range[1]; n += 1) {
      lines.push({ y: n + 0.5, label: (n + 1) + " is displayed from " + (n + 0.5) });
    }
    figure.standing.thresholds = (figure.standing.thresholds || []).concat(lines);
  }

  /* Adds thresholds, spans and marks to a time figure; `size` is the plot in pixels. */
  function annotate(figure, size, t) {
    var standing = figure.standing || {};
    var y = (figure.layout.yaxis && figure.layout.yaxis.range) || [1, 10];
    var margin = figure.layout.margin;
    var box = {
      days: timeRange(figure), y: y,
      width: Math.max(80, size.width - margin.l - margin.r),
      height: Math.max(80, size.height - margin.t - margin.b),
    };
    figure.layout.xaxis.range = box.days.map(iso);
    figure.layout.shapes = figure.layout.shapes || [];
    figure.layout.annotations = figure.layout.annotations || [];
    addSpans(figure, standing.spans || [], box, t);
    addThresholds(figure, standing.thresholds || [], box, t);
    var rows = addMarks(figure, standing.marks || [], box, t);
    figure.layout.margin.t = Math.max(figure.layout.margin.t, rows * 16 + 6);
  }

  function wrapped(label, letters) {
    var lines = [""];
    String(label).split(" ").forEach(function (word) {
      var last = lines[lines.length - 1];
      if (last && (last + " " + word).length > letters) lines.push(word);
      else lines[lines.length - 1] = last ? last + " " + word : word;
    });
    return lines.map(plain).join("<br>");
  }

  /* One bar trace of changes and totals → a waterfall; on a phone it lies on its side. */
  function waterfall(figure, size, t, narrow) {
    var bar = figure.data[0];
    var roles = (bar.meta && bar.meta.roles) || [];
    var level = 0, levels = [], bases = [];
    bar.y.forEach(function (value, i) {
      var whole = roles[i] === "total" || roles[i] === "displayed";
      bases.push(whole ? null : level);
      level = whole ? value : level + value;
      levels.push(level);
    });
    var low = Math.min.apply(null, levels), high = Math.max.apply(null, levels);
    var air = Math.max(high - low, 0.04);
    var range = narrow ? [low - air * 0.55, high + air * 0.08] : [low - air * 0.3, high + air * 0.22];
    bar.base = bases.map(function (base) { return base === null ? range[0] : base; });
    bar.y = bar.y.map(function (value, i) { return bases[i] === null ? levels[i] - range[0] : value; });
    var letters = narrow ? 18 : Math.max(9, Math.floor(size.width / bar.x.length / 7));
    bar.x = bar.x.map(function (label) { return wrapped(label, letters); });
    bar.textposition = "outside";
    bar.cliponaxis = false;
    bar.constraintext = "none";
    bar.hovertemplate = bar.hovertemplate || "%{hovertext}<extra></extra>";
    bar.hovertext = bar.hovertext || bar.x.map(function (label, i) {
      return label.replace(/<br>/g, " ") + ": " + ((bar.text || [])[i] || "");
    });
    var along = { type: "category", showline: false, tickangle: 0, nticks: 0, tickmode: "linear", dtick: 1 };
    var across = { range: range, showticklabels: false, showgrid: false, fixedrange: true };
    figure.layout.shapes = levels.slice(0, -1).map(function (at, i) {
      var line = { type: "line", layer: "below", line: { color: t["line-strong"], width: 1 } };
      return Object.assign(line, narrow
        ? { x0: at, x1: at, y0: i + 0.34, y1: i + 0.66 }
        : { y0: at, y1: at, x0: i + 0.34, x1: i + 0.66 });
    });
    if (narrow) {
      bar.orientation = "h";
      var labels = bar.x;
      bar.x = bar.y;
      bar.y = labels;
      figure.layout.margin = Object.assign({}, figure.layout.margin, { r: 44, l: 8, b: 8 });
      Object.assign(figure.layout.xaxis, across);
      Object.assign(figure.layout.yaxis, along, { autorange: "reversed", showgrid: false });
    } else {
      figure.layout.margin = Object.assign({}, figure.layout.margin, { l: 8, r: 8 });
      Object.assign(figure.layout.xaxis, along);
      Object.assign(figure.layout.yaxis, across);
    }
  }

  window.standing = Object.assign(window.standing || {}, {
    chartMarks: { plain: plain, annotate: annotate, closerRange: closerRange, addBoundaries: addBoundaries, waterfall: waterfall },
  });
})();
