"use strict";
// Draws every figure of the page from the data beside it, in the colours of the reader's scheme.
(function () {
  const root = document.documentElement;
  const charts = new Map();

  const escapeHTML = s => String(s).replace(/[&<>"']/g, c => "&#" + c.charCodeAt(0) + ";");
  const three = v => Number(v.toPrecision(3)).toString();
  const share = v => (v >= 0.01 ? three(v * 100) : (v * 100).toPrecision(1).replace(/\.?0+$/, m => m.includes(".") ? "" : m)) + " %";
  const functions = {
    milliseconds: p => p.value === null || p.value === undefined ? "not known" : Number(p.value).toFixed(p.value < 10 ? 2 : 1),
    share: share,
  };

  // resolve replaces "@name" by the function or by the custom property of that name.
  function resolve(v, style) {
    if (typeof v === "string" && v[0] === "@") {
      const name = v.slice(1);
      return functions[name] || style.getPropertyValue("--" + name).trim() || v;
    }
    if (Array.isArray(v)) {
      return v.length && typeof v[0] === "number" ? v : v.map(x => resolve(x, style));
    }
    if (v && typeof v === "object") {
      const out = {};
      for (const k of Object.keys(v)) out[k] = k === "name" ? v[k] : resolve(v[k], style);
      return out;
    }
    return v;
  }

  function dress(option, el, style) {
    const css = n => style.getPropertyValue("--" + n).trim();
    const font = css("font");
    const each = (axes, f) => (Array.isArray(axes) ? axes : [axes]).forEach(f);
    option.textStyle = { fontFamily: font, color: css("ink") };
    option.animation = false;
    each(option.xAxis, a => {
      a.axisLine = { show: true, lineStyle: { color: css("line") } };
      a.axisLabel = Object.assign({ color: css("muted"), fontSize: 12, hideOverlap: true }, a.axisLabel);
      a.axisTick = { show: a.type !== "category", lineStyle: { color: css("line") } };
      a.nameTextStyle = { color: css("muted"), fontSize: 12 };
      a.splitLine = { show: option.yAxis && [].concat(option.yAxis)[0].type === "category", lineStyle: { color: css("grid") } };
      if (a.type !== "category" && el.clientWidth < 480) a.splitNumber = 4;
    });
    each(option.yAxis, a => {
      a.axisLine = { show: a.type === "category", lineStyle: { color: css("line") } };
      a.axisLabel = Object.assign({ color: a.type === "category" ? css("ink") : css("muted"), fontSize: 12 }, a.axisLabel);
      a.splitLine = { show: a.type !== "category", lineStyle: { color: css("grid") } };
      a.nameLocation = "end";
      a.nameGap = 14;
      a.nameTextStyle = { color: css("muted"), fontSize: 12, align: "left", padding: [0, 0, 0, -44] };
    });
    option.tooltip = {
      trigger: "axis", confine: true, backgroundColor: css("card"), borderColor: css("line"), padding: [8, 10],
      textStyle: { color: css("ink"), fontSize: 13, fontFamily: font },
      axisPointer: { type: el.classList.contains("tall") ? "shadow" : "line", lineStyle: { color: css("muted") }, shadowStyle: { color: css("shade") } },
      formatter: ps => tooltip(ps, el),
    };
    hideNarrowMarks(option, el);
    return option;
  }

  // tooltip shows the row of the table under the chart that belongs to the point.
  function tooltip(ps, el) {
    if (!Array.isArray(ps)) ps = [ps];
    if (!ps.length) return "";
    const line = (name, value) => "<div style='display:flex;justify-content:space-between;gap:18px'><span>" + escapeHTML(name) + "</span><b>" + escapeHTML(value) + "</b></div>";
    if (el.dataset.unit === "tail") {
      return ps.map(p => line(p.seriesName, share(p.value[1]) + " slower than " + three(p.value[0]) + " ms")).join("");
    }
    if (el.dataset.unit === "curve") {
      return "<div style='opacity:.75'>" + three(ps[0].value[0]) + "</div>" + ps.map(p => line(p.seriesName, p.value[1] === null ? "not known" : three(p.value[1]) + " ms")).join("");
    }
    const table = el.parentElement.querySelector("table");
    const row = table && table.tBodies[0].rows[ps[0].dataIndex];
    if (!row) return "";
    const heads = table.tHead.rows[0].cells;
    let out = "<div style='opacity:.75'>" + escapeHTML(heads[0].textContent) + " <b>" + escapeHTML(row.cells[0].textContent) + "</b></div>";
    for (let i = 1; i < row.cells.length; i++) {
      const v = row.cells[i].textContent;
      const unit = /, /.test(heads[i].textContent) ? "" : " " + el.dataset.unit;
      out += line(heads[i].textContent, v === "–" ? "not known" : v + unit);
    }
    return out;
  }

  // hideNarrowMarks drops the letters of shaded stretches that are too narrow for them.
  function hideNarrowMarks(option, el) {
    const x = [].concat(option.xAxis)[0];
    const area = option.series && option.series[0] && option.series[0].markArea;
    if (!area || !x || typeof x.max !== "number") return;
    const perPixel = (x.max - (x.min || 0)) / Math.max(el.clientWidth - 70, 1);
    let last = -Infinity;
    for (const pair of area.data) {
      const middle = (pair[0].xAxis + pair[1].xAxis) / 2 / perPixel;
      if (middle - last < 14) pair[0].label = { show: false };
      else last = middle;
    }
  }

  function draw(el) {
    const data = document.getElementById("data-" + el.id);
    if (!data) return;
    show(el, JSON.parse(data.textContent));
  }

  function show(el, option) {
    const old = charts.get(el);
    if (old) old.dispose();
    const style = getComputedStyle(root);
    const chart = echarts.init(el, null, { renderer: "svg" });
    chart.setOption(dress(resolve(option, style), el, style));
    const svg = el.querySelector("svg"); // a view box lets paper scale it
    svg.setAttribute("viewBox", "0 0 " + svg.getAttribute("width") + " " + svg.getAttribute("height"));
    charts.set(el, chart);
    el.dataset.drawn = "yes";
  }

  function drawAll() { document.querySelectorAll(".chart").forEach(draw); }

  // Arrow keys walk along the points of the chart that has the focus.
  function walk(e) {
    const chart = charts.get(e.target);
    if (!chart || (e.key !== "ArrowLeft" && e.key !== "ArrowRight" && e.key !== "Escape")) return;
    const el = e.target;
    if (e.key === "Escape") { chart.dispatchAction({ type: "hideTip" }); return; }
    const series = chart.getOption().series;
    const data = series[series.length - 1].data;
    const at = Math.min(Math.max(Number(el.dataset.at || -1) + (e.key === "ArrowRight" ? 1 : -1), 0), data.length - 1);
    el.dataset.at = at;
    const value = data[at].value || data[at];
    if (Array.isArray(value)) { // by place: a point that is not known has no symbol to show a tip of
      chart.dispatchAction({ type: "showTip", x: chart.convertToPixel({ xAxisIndex: 0 }, value[0]), y: el.clientHeight / 2 });
    } else {
      chart.dispatchAction({ type: "showTip", seriesIndex: series.length - 1, dataIndex: at });
    }
    e.preventDefault();
  }

  let pending = 0;
  let width = window.innerWidth;
  function redrawSoon() {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(drawAll);
  }
  window.addEventListener("resize", () => { if (window.innerWidth !== width) { width = window.innerWidth; redrawSoon(); } });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawSoon);
  window.addEventListener("beforeprint", () => { root.dataset.scheme = "light"; drawAll(); });
  window.addEventListener("afterprint", () => { delete root.dataset.scheme; drawAll(); });
  document.addEventListener("keydown", walk);
  window.airbridgeCharts = { show: show };
  drawAll();
})();
