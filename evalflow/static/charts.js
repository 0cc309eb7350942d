// Draws the tables of charts with ECharts; the tables stay what they are for whoever reads them.
"use strict";

const RED = "#9b1c1f", GOLD = "#c99a2e", GREYS = ["#8d857c", "#b9b1a8"];

for (const figure of document.querySelectorAll("figure[data-chart]")) {
  const rows = [...figure.querySelectorAll("tbody tr")];
  const canvas = figure.querySelector(".chart-canvas");
  if (!rows.length || !window.echarts) continue;
  const labels = rows.map((row) => row.querySelector("th").textContent.trim());
  const headings = [...figure.querySelectorAll("thead th")].slice(1).map((cell) => cell.textContent.trim());
  const numberAt = (row, index) => Number(row.querySelectorAll("td")[index].textContent.replace(/[^0-9.\-]/g, ""));
  canvas.style.height = `${Math.max(160, rows.length * 30 + 70)}px`;
  const chart = window.echarts.init(canvas, null, { renderer: "svg" });
  chart.setOption({
    color: [RED, GOLD, ...GREYS],
    animation: false,
    grid: { left: 8, right: 40, top: headings.length > 1 ? 36 : 8, bottom: 8, containLabel: true },
    legend: headings.length > 1 ? { top: 0 } : undefined,
    xAxis: { type: "value" },
    yAxis: { type: "category", inverse: true, data: labels, axisLabel: { width: 110, overflow: "truncate" } },
    series: headings.map((name, index) => ({
      name,
      type: "bar",
      stack: figure.dataset.chart === "stacked" ? "all" : undefined,
      barMaxWidth: 18,
      data: rows.map((row) => numberAt(row, index)),
    })),
  });
  window.addEventListener("resize", () => chart.resize());
}
