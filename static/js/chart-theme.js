/* Figures arrive without colours: each trace names its role, and the tokens of the page colour it.
   Exposes window.standing.chartTheme. */
(function () {
  "use strict";

  var COLOURS = [
    "surface", "raised", "line", "line-strong", "ink", "muted", "accent", "accent-soft",
    "chart-estimate", "chart-display", "chart-observation", "chart-forecast", "chart-threshold",
    "chart-gain", "chart-loss", "chart-total", "chart-muted", "chart-grid",
  ];
  var BAR_ROLES = {
    gain: "chart-gain", loss: "chart-loss", total: "chart-total", muted: "chart-muted",
    estimate: "chart-estimate", display: "chart-display", observation: "chart-observation",
    forecast: "chart-forecast", threshold: "chart-threshold", rounding: "chart-muted",
  };

  /* The tokens as colours; `scheme` overrides the page's ("light" for paper). */
  function tokens(scheme) {
    var probe = document.createElement("span");
    probe.hidden = true;
    if (scheme) probe.style.colorScheme = scheme;
    document.body.append(probe);
    var found = {};
    COLOURS.forEach(function (name) {
      probe.style.color = "var(--" + name + ")";
      found[name] = window.getComputedStyle(probe).color;
    });
    probe.remove();
    found.font = window.getComputedStyle(document.body).fontFamily;
    return found;
  }

  function faded(colour, alpha) {
    return colour.replace(/^rgba?\(([^,]+),([^,]+),([^,)]+).*$/, "rgba($1,$2,$3," + alpha + ")");
  }

  function colourOf(role, t) {
    return t[BAR_ROLES[role] || "chart-muted"];
  }

  var LINES = {
    estimate: function (t) { return { color: t["chart-estimate"], width: 2.25 }; },
    provisional: function (t) { return { color: t["chart-estimate"], width: 2.25, dash: "2px,3px" }; },
    forecast: function (t) { return { color: t["chart-forecast"], width: 2, dash: "6px,4px" }; },
    display: function (t) { return { color: t["chart-display"], width: 1.25, shape: "hv" }; },
    threshold: function (t) { return { color: t["chart-threshold"], width: 1, dash: "2px,3px" }; },
    muted: function (t) { return { color: t["chart-muted"], width: 1.5 }; },
    band: function () { return { width: 0 }; },
    /* Sellers side by side: ink and accent, whole and in dashes. */
    first: function (t) { return { color: t["chart-estimate"], width: 2.25 }; },
    second: function (t) { return { color: t.ink, width: 1.75 }; },
    third: function (t) { return { color: t["chart-estimate"], width: 2.25, dash: "8px,4px" }; },
    fourth: function (t) { return { color: t.ink, width: 1.75, dash: "2px,4px" }; },
  };

  function styleScatter(trace, role, t) {
    if (role === "observation") {
      trace.mode = trace.mode || "markers";
      trace.cliponaxis = false;
      trace.marker = Object.assign(
        { color: t["chart-observation"], size: 9, line: { color: t.surface, width: 1.5 } },
        trace.marker
      );
      return;
    }
    if (role === "move") {
      trace.mode = "markers";
      trace.cliponaxis = false;
      trace.marker = Object.assign({ size: 10, symbol: "circle", line: { color: t.surface, width: 2 } }, trace.marker);
      return;
    }
    trace.mode = trace.mode || "lines";
    trace.line = Object.assign((LINES[role] || LINES.muted)(t), trace.line);
    if (role === "band") {
      trace.hoverinfo = "skip";
      if (trace.fill) trace.fillcolor = faded(t["chart-estimate"], 0.12);
    }
  }

  function styleTrace(trace, t) {
    var meta = trace.meta || {};
    var role = meta.role || "muted";
    if (trace.type === "bar") {
      var roles = meta.roles || [];
      var hollow = roles.map(function (r) { return r === "displayed"; });
      trace.marker = Object.assign({
        color: roles.length
          ? roles.map(function (r, i) { return hollow[i] ? t.surface : colourOf(r, t); })
          : colourOf(role, t),
        line: {
          color: roles.length
            ? roles.map(function (r, i) { return hollow[i] ? t.ink : "rgba(0,0,0,0)"; })
            : "rgba(0,0,0,0)",
          width: roles.length ? hollow.map(function (h) { return h ? 1.5 : 0; }) : 0,
        },
      }, trace.marker);
      trace.textfont = Object.assign({ color: t.ink, size: 12 }, trace.textfont);
    } else {
      styleScatter(trace, role, t);
      if (meta.roles) {
        trace.marker = trace.marker || {};
        trace.marker.color = meta.roles.map(function (r) { return colourOf(r, t); });
      }
    }
    if (!trace.hovertemplate && trace.hoverinfo !== "skip" && trace.type !== "bar") {
      trace.hovertemplate = (role === "display" || role === "observation" || role === "move" ? "%{y}" : "%{y:.2f}");
    }
    return trace;
  }

  function axis(t, extra) {
    return Object.assign({
      color: t.muted, gridcolor: t["chart-grid"], linecolor: t.line, tickcolor: t.line,
      zeroline: false, showline: false, automargin: true, ticks: "", tickfont: { size: 12, color: t.muted },
    }, extra);
  }

  /* Defaults under the figure's own layout; `narrow` is a phone. */
  function layoutFor(layout, kind, t, narrow) {
    var time = kind === "time";
    var base = {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: t.font, size: 12, color: t.muted },
      margin: { l: narrow ? 22 : 30, r: narrow ? 6 : 14, t: 14, b: 26, pad: 4 },
      hovermode: time ? "x unified" : "closest",
      hoverdistance: 40,
      hoverlabel: {
        bgcolor: t.raised, bordercolor: t.line, align: "left",
        font: { family: t.font, size: 12, color: t.ink },
      },
      showlegend: false,
      dragmode: false,
      bargap: 0.32,
      transition: { duration: 0 },
    };
    var merged = Object.assign(base, layout);
    merged.legend = Object.assign(
      { orientation: "h", x: 0, xanchor: "left", y: -0.14, yanchor: "top", font: { color: t.muted } },
      (layout || {}).legend
    );
    merged.xaxis = axis(t, Object.assign({
      showgrid: false, showline: true, fixedrange: true, nticks: narrow ? 5 : 9,
    }, time ? {
      type: "date",
      hoverformat: "%-d %b %Y",
      tickformatstops: [
        { dtickrange: [null, 86400000 * 27], value: "%-d %b" },
        { dtickrange: [86400000 * 27, "M11"], value: "%b %Y" },
        { dtickrange: ["M12", null], value: "%Y" },
      ],
      showspikes: true, spikemode: "across", spikethickness: 1, spikedash: "solid",
      spikecolor: t.line, spikesnap: "hovered data",
    } : {}, (layout || {}).xaxis));
    merged.yaxis = axis(t, Object.assign({ fixedrange: true, nticks: narrow ? 6 : 10 }, (layout || {}).yaxis));
    return merged;
  }

  window.standing = Object.assign(window.standing || {}, {
    chartTheme: { tokens: tokens, faded: faded, styleTrace: styleTrace, layoutFor: layoutFor },
  });
})();
