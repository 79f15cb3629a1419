"use strict";
// Searches and sorts the runs, and lays two of them side by side.
(function () {
  const runs = JSON.parse(document.getElementById("runs-data").textContent);
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const search = document.getElementById("search");

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const row of body.rows) {
      const text = row.dataset.search.toLowerCase();
      row.hidden = !words.every(w => text.includes(w));
      if (!row.hidden) n++;
    }
    document.getElementById("found").textContent = words.length ? n + " of " + runs.length + " runs" : "";
  }

  // order sorts by a column; what is not known comes last whichever way.
  function order(th) {
    const i = th.cellIndex;
    const down = th.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    th.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = row => {
      const c = row.cells[i];
      return c.classList.contains("text") ? c.textContent : c.dataset.key === "" ? null : Number(c.dataset.key);
    };
    const sorted = Array.from(body.rows, row => [key(row), row]);
    sorted.sort((a, b) => {
      if (a[0] === null || b[0] === null) return (a[0] === null) - (b[0] === null);
      const d = typeof a[0] === "number" ? a[0] - b[0] : a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
      return (down ? -d : d) || a[1].dataset.run - b[1].dataset.run;
    });
    body.append(...sorted.map(s => s[1]));
  }

  const text = v => v === null ? "not known" : typeof v === "number" ? String(Number(v.toPrecision(5))) : v;
  function figures(a, b) {
    const out = document.getElementById("pair-figures");
    out.replaceChildren(...a.figures.map(([name, va], i) => {
      const vb = b.figures[i][1];
      const d = typeof va === "number" && typeof vb === "number" && name !== "seed" ? vb - va : null;
      const row = document.createElement("tr");
      const sign = d > 0 ? "+" : d < 0 ? "−" : "";
      for (const t of [name, text(va), text(vb), d === null ? "–" : sign + text(Math.abs(d))]) {
        const cell = document.createElement("td");
        cell.textContent = t;
        row.append(cell);
      }
      return row;
    }));
  }

  function line(name, data, colour, dash) {
    return { name: name, type: "line", data: data || [], showSymbol: false, itemStyle: { color: colour }, lineStyle: { color: colour, type: dash, width: dash === "dotted" ? 1.5 : 2.4 } };
  }

  function compare() {
    const [a, b] = ["a", "b"].map(n => document.querySelector("input[name=" + n + "]:checked"));
    if (!a || !b) return;
    const A = runs[a.value], B = runs[b.value];
    document.getElementById("pair").hidden = false;
    document.getElementById("pair-names").textContent = "A: " + A.name + " · B: " + B.name;
    figures(A, B);
    const drawn = A.median && B.median;
    document.getElementById("figure-pair-latency").hidden = !drawn || A.unit !== B.unit;
    document.getElementById("figure-pair-tail").hidden = !drawn;
    if (!drawn) return;
    document.getElementById("caption-pair").textContent = A.name + " and " + B.name + ".";
    window.airbridgeCharts.show(document.getElementById("pair-latency"), {
      grid: { left: 52, right: 16, top: 34, bottom: 46 },
      xAxis: { type: "value", name: "time, " + A.unit, nameLocation: "middle", nameGap: 28 }, yAxis: { type: "value", scale: true, name: "motion-to-photon, ms" },
      series: [line("A median", A.median, "@c1", "solid"), line("A p90", A.p90, "@c1", "dotted"), line("B median", B.median, "@c3", "solid"), line("B p90", B.p90, "@c3", "dotted")],
    });
    window.airbridgeCharts.show(document.getElementById("pair-tail"), {
      grid: { left: 52, right: 16, top: 34, bottom: 46 },
      xAxis: { type: "value", scale: true, name: "motion-to-photon, ms", nameLocation: "middle", nameGap: 28 },
      yAxis: { type: "log", max: 1, name: "frames slower than x", axisLabel: { formatter: "@share" } },
      series: [line("A", A.tail, "@c1", "solid"), line("B", B.tail, "@c3", "dashed")],
    });
  }

  search.addEventListener("input", filter);
  table.tHead.addEventListener("click", e => { const b = e.target.closest("button.sort"); if (b) order(b.closest("th")); });
  body.addEventListener("change", e => { if (e.target.type === "radio") compare(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", compare);
  window.addEventListener("resize", compare);
})();
