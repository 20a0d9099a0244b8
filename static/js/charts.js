/* Draws every <figure class="chart" data-chart="ID of a JSON script">: lazily, in the page's
   colours, again when theme or width change; purged when the part leaves the page.
   The figure's form is described in docs/DESIGN_SYSTEM.md. */
(function () {
  "use strict";

  var SOURCE = document.currentScript.dataset.plotly;
  var NARROW = 560;
  var CONFIG = { displayModeBar: false, displaylogo: false, scrollZoom: false, responsive: false, doubleClick: false, showTips: false };
  var drawn = new Map(); // figure element → its state
  var library = null;

  function plotly() {
    if (window.Plotly) return Promise.resolve(window.Plotly);
    if (!library) {
      library = new Promise(function (resolve, reject) {
        var script = document.createElement("script");
        script.src = SOURCE;
        script.onload = function () { resolve(window.Plotly); };
        script.onerror = function () { library = null; reject(new Error("chart library not loaded")); };
        document.head.append(script);
      });
    }
    return library;
  }

  /* --- figure → what Plotly gets ------------------------------------------------------- */
  function compose(state, scheme) {
    var theme = window.standing.chartTheme, marks = window.standing.chartMarks;
    var figure = structuredClone(state.figure);
    var size = { width: state.plot.clientWidth, height: state.plot.clientHeight };
    var narrow = size.width < NARROW;
    var kind = (figure.standing || {}).kind || "time";
    var t = theme.tokens(scheme);
    figure.layout = theme.layoutFor(figure.layout, kind, t, narrow);
    figure.layout.width = size.width;
    figure.layout.height = size.height;
    figure.data.forEach(function (trace) {
      if (trace.name) trace.name = marks.plain(trace.name);
      theme.styleTrace(trace, t);
    });
    if (state.closer) {
      figure.layout.yaxis.range = marks.closerRange(figure, figure.layout.yaxis.range);
      marks.addBoundaries(figure);
    }
    if (kind === "time") marks.annotate(figure, size, t);
    if (kind === "waterfall") marks.waterfall(figure, size, t, narrow);
    return figure;
  }

  function draw(state, scheme) {
    if (!document.contains(state.element) || !state.plot.clientWidth) return Promise.resolve();
    return plotly().then(function (Plotly) {
      var figure = compose(state, scheme);
      return Plotly.react(state.canvas, figure.data, figure.layout, Object.assign({}, CONFIG, figure.config));
    }).then(function () {
      if (!state.bound) {
        bind(state);
        offerCloser(state);
      }
      state.element.dataset.state = "drawn";
    }).catch(function () {
      state.element.dataset.state = "failed";
      var wait = state.plot.querySelector(".chart-wait");
      if (wait) wait.textContent = "The chart could not be drawn. The table below holds the same numbers.";
    });
  }

  /* --- closer: the whole scale is the rule, the part with the values a choice -------------- */
  function mayCloser(figure) {
    var full = ((figure.layout || {}).yaxis || {}).range;
    var standing = figure.standing || {};
    if ((standing.kind || "time") !== "time" || standing.closer === null || !full) return false;
    var near = window.standing.chartMarks.closerRange(figure, full);
    return near[1] - near[0] < 0.6 * (full[1] - full[0]);
  }

  function offerCloser(state) {
    if (!mayCloser(state.figure)) return;
    var button = document.createElement("button");
    function say() { button.textContent = state.closer ? "Whole scale" : "Look closer"; }
    button.type = "button";
    button.className = "btn btn-plain btn-small chart-closer";
    button.addEventListener("click", function () {
      state.closer = !state.closer;
      say();
      draw(state);
    });
    say();
    state.plot.after(button);
    state.button = button;
  }

  /* --- reading a point ----------------------------------------------------------------- */
  function urlOf(trace, index) {
    var data = trace.customdata && trace.customdata[index];
    var url = Array.isArray(data) ? data[0] : data;
    return typeof url === "string" && /^(\/(?!\/)|\?)/.test(url) ? url : null; // this site only
  }

  function dayInWords(value) {
    var date = new Date(value);
    return isNaN(date) ? String(value) : date.toLocaleDateString("en-GB", {
      day: "numeric", month: "short", year: "numeric", timeZone: "UTC",
    });
  }

  /* Whose values are ours, and so have decimals; the last four are sellers side by side. */
  var ESTIMATES = ["estimate", "forecast", "first", "second", "third", "fourth"];

  function seriesAt(state, x) {
    var words = [];
    state.figure.data.forEach(function (trace) {
      var role = (trace.meta || {}).role;
      if (!trace.name || trace.type === "bar" || role === "band") return;
      var i = trace.x.indexOf(x);
      if (i < 0 || trace.y[i] === null) return;
      var value = ESTIMATES.indexOf(role) >= 0 ? trace.y[i].toFixed(2) : trace.y[i];
      words.push(trace.name + " " + (trace.text ? trace.text[i] : value));
    });
    return words;
  }

  function read(state, trace, index) {
    var kind = (state.figure.standing || {}).kind || "time";
    var line = state.element.querySelector(".chart-readout");
    var head = document.createElement("b");
    var rest;
    if (kind === "time") {
      head.textContent = dayInWords(trace.x[index]);
      rest = " · " + seriesAt(state, trace.x[index]).join(" · ");
    } else {
      head.textContent = trace.x[index];
      rest = " · " + ((trace.text || [])[index] || trace.y[index]);
    }
    line.replaceChildren(head, rest);
    var url = urlOf(trace, index);
    if (url) {
      var link = document.createElement("a");
      link.href = url;
      link.textContent = (state.figure.standing || {}).link || "why ›";
      line.append(" ", link);
    }
  }

  /* --- pointer, keyboard --------------------------------------------------------------- */
  function walkable(state) {
    var data = state.figure.data;
    var index = data.findIndex(function (trace) { return (trace.meta || {}).walk; });
    if (index < 0) index = data.findIndex(function (trace) { return (trace.customdata || []).length; });
    return index < 0 ? 0 : index;
  }

  function step(state, key) {
    var curve = walkable(state), trace = state.figure.data[curve];
    var last = trace.x.length - 1;
    var at = state.at === undefined ? last + (key === "ArrowLeft" || key === "PageUp" ? 1 : 0) : state.at;
    var move = { ArrowLeft: -1, ArrowRight: 1, PageUp: -30, PageDown: 30 }[key];
    if (key === "Home") at = 0;
    else if (key === "End") at = last;
    else at = Math.min(last, Math.max(0, at + move));
    var way = move < 0 || key === "End" ? -1 : 1;
    while (trace.y[at] === null && at + way >= 0 && at + way <= last) at += way;
    if (trace.y[at] === null) return;
    state.at = at;
    window.Plotly.Fx.hover(state.canvas, [{ curveNumber: curve, pointNumber: at }]);
    read(state, trace, at);
  }

  function hint(state) {
    var mouse = window.matchMedia("(hover: hover)").matches;
    state.element.querySelector(".chart-readout").textContent = mouse
      ? "Point at it to read it, click to see why. With the keyboard: arrow keys, then Enter."
      : "Tap it to read it; the link then leads to the reasons.";
  }

  function bind(state) {
    state.bound = true;
    var touched = false;
    state.canvas.addEventListener("pointerdown", function (event) { touched = event.pointerType !== "mouse"; }, true);
    state.canvas.on("plotly_click", function (event) {
      var point = event.points.find(function (p) { return urlOf(p.data, p.pointNumber); }) || event.points[0];
      if (!point) return;
      var own = state.figure.data[point.curveNumber] || point.data;
      var url = urlOf(point.data, point.pointNumber);
      if (url && !touched) window.location.assign(url);
      else read(state, own, point.pointNumber); // a tap reads first; the link beside it goes there
    });
    var canClick = state.figure.data.some(function (trace) { return (trace.customdata || []).some(Boolean); });
    state.element.dataset.clickable = String(canClick);
    if (canClick) hint(state);
    state.plot.tabIndex = 0;
    state.plot.setAttribute("role", "group");
    state.plot.setAttribute("aria-roledescription", "chart; arrow keys read its points");
    state.plot.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (["ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End"].includes(event.key)) {
        event.preventDefault();
        step(state, event.key);
      } else if (event.key === "Enter" && state.at !== undefined) {
        var url = urlOf(state.figure.data[walkable(state)], state.at);
        if (url) window.location.assign(url);
      } else if (event.key === "Escape") {
        window.Plotly.Fx.unhover(state.canvas);
        hint(state);
        state.at = undefined;
      }
    });
  }

  /* --- life of a chart ----------------------------------------------------------------- */
  var seen = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (!entry.isIntersecting) return;
      seen.unobserve(entry.target);
      var state = drawn.get(entry.target);
      if (state) {
        state.visible = true;
        draw(state);
      }
    });
  }, { rootMargin: "240px" });

  var sized = new ResizeObserver(function (entries) {
    entries.forEach(function (entry) {
      var state = drawn.get(entry.target.closest(".chart"));
      if (!state || !state.visible || entry.contentRect.width === state.width) return;
      state.width = entry.contentRect.width;
      window.clearTimeout(state.timer);
      state.timer = window.setTimeout(function () { draw(state); }, 80);
    });
  });

  function start(element) {
    if (drawn.has(element)) return;
    var script = document.getElementById(element.dataset.chart);
    var plot = element.querySelector(".chart-plot");
    if (!script || !plot) return;
    var canvas = document.createElement("div");
    canvas.className = "chart-canvas";
    plot.append(canvas);
    var figure = JSON.parse(script.textContent);
    drawn.set(element, {
      element: element, plot: plot, canvas: canvas, figure: figure,
      closer: Boolean((figure.standing || {}).closer) && mayCloser(figure),
      width: plot.clientWidth, visible: false, bound: false, at: undefined, timer: 0,
    });
    seen.observe(element);
    sized.observe(plot);
  }

  function stop(element) {
    var state = drawn.get(element);
    if (!state) return;
    drawn.delete(element);
    seen.unobserve(element);
    sized.unobserve(state.plot);
    window.clearTimeout(state.timer);
    if (window.Plotly) window.Plotly.purge(state.canvas);
    state.canvas.remove();
    if (state.button) state.button.remove();
  }

  function scan() {
    Array.from(drawn.keys()).forEach(function (element) {
      if (!document.contains(element)) stop(element);
    });
    document.querySelectorAll("figure.chart[data-chart]").forEach(start);
  }

  function redrawAll(scheme) {
    drawn.forEach(function (state) {
      if (state.visible || scheme) draw(state, scheme);
    });
  }

  document.addEventListener("DOMContentLoaded", scan);
  document.addEventListener("htmx:load", scan);
  document.addEventListener("htmx:historyRestore", scan);
  document.addEventListener("htmx:beforeCleanupElement", function (event) {
    if (drawn.has(event.target)) stop(event.target);
  });
  document.addEventListener("standing:theme", function () { redrawAll(); });
  document.addEventListener("toggle", scan, true);
  window.addEventListener("beforeprint", function () { redrawAll("light"); });
  window.addEventListener("afterprint", function () { redrawAll(); });
})();
